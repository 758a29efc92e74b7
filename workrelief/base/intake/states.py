"""Life of an import batch."""

from __future__ import annotations

from workrelief.kernel.statemachine import Machine, State, Transition

UPLOADED, CHECKED, COMMITTED, FAILED, UNDONE = "uploaded", "checked", "committed", "failed", "undone"

IMPORT_BATCH = Machine(
    "import_batch",
    states=[
        State(UPLOADED, "已上传，待校验", "blue"),
        State(CHECKED, "已校验，待确认", "amber"),
        State(COMMITTED, "已导入", "green"),
        State(FAILED, "无法读取", "red"),
        State(UNDONE, "已撤销", "grey"),
    ],
    transitions=[
        Transition("check", (UPLOADED, CHECKED, FAILED), CHECKED, "校验", "import.upload"),
        Transition("refuse", (UPLOADED, CHECKED, FAILED), FAILED, "校验", "import.upload"),
        Transition("commit", (UPLOADED, CHECKED), COMMITTED, "确认导入", "import.upload"),
        Transition("undo", (COMMITTED,), UNDONE, "整批撤销", "import.undo"),
    ],
)
