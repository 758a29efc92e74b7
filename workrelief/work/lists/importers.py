"""Form F into the lists: the projects are registered as before, and each stands on the list of its year and level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from workrelief.base.intake.columns import Option
from workrelief.base.intake.importer import CommitReport, ImportContext, Issue, Row, RowBlock
from workrelief.kernel import clock
from workrelief.work.lists import queries, services
from workrelief.work.lists.rules.reading import START_LABELS, start_state
from workrelief.work.lists.rules.turns import published_refusal
from workrelief.work.lists.states import LEVEL_LABELS, chain, office_level
from workrelief.work.projects.importers import ProjectListImporter
from workrelief.work.projects.services import NewProject, register_many, withdraw_batch


class ListImporter(ProjectListImporter):
    """适用以工代赈项目清单, with the state its rows take on the list: reserve (draft), or issued already (published)."""

    options = (
        *ProjectListImporter.options,
        Option(
            "state",
            "列入状态",
            choices=("储备", "已发布"),
            note="不选时，往年清单或填了印发日期的按已发布，当年清单按储备",
        ),
    )

    def entry_of(self, ctx: ImportContext, row: Row) -> NewProject:
        """The row as a project; one for the reserve counts nowhere yet, and may be incomplete until it is submitted."""
        entry = super().entry_of(ctx, row)
        return replace(entry, is_reserve=self._state(ctx, entry.year) == "draft")

    def comes_on_list(self, entry: NewProject) -> bool:
        return not entry.is_reserve

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        said = str(ctx.options.get("state") or "").strip()
        if said and start_state(said, year=0, today=clock.today(), is_issued=False) is None:
            labels = "、".join(START_LABELS)
            yield ctx.file_error(f"列入状态“{said}”不在：{labels}", "改为储备或已发布")
            return
        entries = [(row, self.entry_of(ctx, row)) for row in rows]
        places = queries.places_taken(ctx.actor.scope, [(e.code, e.division_code, e.name, e.year) for _, e in entries])
        taken = {
            row.id: known for row, e in entries if (known := places.get((e.code, e.division_code, e.name, e.year)))
        }
        ctx.session.placed.update(taken)
        yield from super().check_rows(ctx, rows)
        closed = queries.closed_lists({(e.year, e.list_level, e.division_code) for _, e in entries if e.division_code})
        for row, entry in entries:
            level = LEVEL_LABELS.get(entry.list_level, "")
            if entry.division_code and level:
                yield from _check_level(ctx, row, entry)
                yield from _check_issued(ctx, row, entry)
            if row.id in taken:
                known = taken[row.id]
                yield ctx.error(
                    row, "name", f"项目已在{entry.year}年{known.level_label}清单内（{known.state_label}）",
                    "同一项目在同一年度只列一级；需要改动的在清单页办理", rule_id="B01",
                )  # fmt: skip
            elif (entry.year, entry.list_level, entry.division_code) in closed:
                yield ctx.error(
                    row, "year", f"{entry.year}年{level}清单已年度关闭，不再变动", "列入以后年度的清单", rule_id="B04"
                )

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        entries = [self.entry_of(ctx, row) for block in blocks for row in block]
        done = register_many(ctx.actor, entries, action=self.permission, batch_id=ctx.batch_id, label=ctx.file_name)
        by_state: dict[str, list[services.NewEntry]] = {}
        for project_id, entry in zip(done.project_ids, entries, strict=True):
            new = services.NewEntry(
                project_id=project_id, year=entry.year, level=entry.list_level, investment_fen=entry.investment_fen,
                planned_investment_fen=entry.planned_investment_fen, done_investment_fen=entry.done_investment_fen,
                planned_workers=entry.planned_workers, planned_pay_fen=entry.planned_pay_fen,
            )  # fmt: skip
            by_state.setdefault("draft" if entry.is_reserve else "published", []).append(new)
        for state, new_entries in by_state.items():
            services.enter_many(ctx.actor, new_entries, state=state, action=self.permission, batch_id=ctx.batch_id)
        pairs = services.notice(ctx.actor, done.project_ids)
        notes = [f"{START_LABELS_OF[state]} {len(new)} 项" for state, new in by_state.items()]
        if pairs:
            notes.append(f"发现名称和地点相近的项目 {pairs} 对，请在重复项目核对页判定")
        return CommitReport(
            rows=len(entries),
            created=done.created,
            updated=len(entries) - done.created,
            totals={
                "investment_fen": sum(e.investment_fen for e in entries),
                "entries": {state: len(new) for state, new in by_state.items()},
            },
            notes=notes,
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        entries = services.withdraw_entries(ctx.actor, ctx.batch_id)
        return {"entries": entries, **vars(withdraw_batch(ctx.actor, ctx.batch_id, reason="撤销导入"))}

    def _state(self, ctx: ImportContext, year: int) -> str:
        said = str(ctx.options.get("state") or "")
        is_issued = bool(ctx.options.get("listed_on"))
        return start_state(said, year=year, today=clock.today(), is_issued=is_issued) or "draft"


START_LABELS_OF = {"draft": "列入储备", "published": "列为已发布"}


def _check_level(ctx: ImportContext, row: Row, entry: NewProject) -> Iterator[Issue]:
    """A city's own project cannot stand on a county list; the level must be written then."""
    if chain(entry.division_code, entry.list_level):
        return
    own = LEVEL_LABELS[office_level(entry.division_code)]
    yield ctx.error(
        row, "list_level", f"{own}本级项目不能列入{LEVEL_LABELS[entry.list_level]}清单", f"级次填写{own}或以上",
        rule_id="B01",
    )  # fmt: skip


def _check_issued(ctx: ImportContext, row: Row, entry: NewProject) -> Iterator[Issue]:
    """A list of this year comes in as issued only from the office that issued it (A02); the others let it go its way up."""
    if entry.is_reserve or entry.year < clock.today().year:
        return
    if refusal := published_refusal(ctx.actor, entry.list_level, entry.division_code):
        yield ctx.error(
            row, "list_level", f"本年度清单不能以已发布导入：{refusal}",
            "列入状态选“储备”，导入后逐级上报；已印发的清单由印发机关导入", rule_id="A02",
        )  # fmt: skip
