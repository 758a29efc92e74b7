"""Who was trained: sessions, person-times and persons apart (I10, rules G03 and G04)."""

from __future__ import annotations

from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.snapshots.families import TRAININGS
from workrelief.kernel.citation import Cite
from workrelief.kernel.units import PERSON, PERSON_TIME, SESSION

TRAINING_SESSIONS = Measure(
    "training_sessions", "I10", "培训场次", SESSION,
    "举办的培训场次，按场去重；一场有几类对象时，按对象分列的各数之和大于总场次。按举办日归期。",
    (Cite("indicators", "I10", checked=True), Cite("sd-facts-2022")),
    family=TRAININGS, counted="sessions", divisions_apart=True,
)  # fmt: skip
TRAINING_PERSON_TIMES = Measure(
    "training_person_times", "I10", "培训人次", PERSON_TIME,
    "各场实到人次之和，同一人参加几次计几人次；各类对象之和等于总人次。按举办日归期。",
    (Cite("indicators", "I10", checked=True), Cite("sd-facts-2022")),
    family=TRAININGS, column="person_times",
)  # fmt: skip
TRAINING_PERSONS = Measure(
    "training_persons", "I10", "培训人数", PERSON,
    "实名登记的参训务工群众，在所查范围内按证件号去重；没有实名登记的参训人员不在其内。按举办日归期。",
    (Cite("indicators", "I10", checked=True),),
    family=TRAININGS, counted="trained",
)  # fmt: skip

ALL = (TRAINING_SESSIONS, TRAINING_PERSON_TIMES, TRAINING_PERSONS)
