"""What the figures are called on a page, and what each says."""

from __future__ import annotations

from collections.abc import Mapping

from eval.checks import OUTCOMES

CLOSED = "这是留出题集：只报指标，不列出单题，免得照着它们改。"
FIGURES: Mapping[str, tuple[str, str]] = {
    "right": ("答对", "没有造成任何一种错误的题"),
    "outcome accuracy": ("处置正确", "该答的答、该转的转、该拒的拒"),
    "auto-resolved": ("常见问题自动答复", "常见问题中直接给出答复的"),
    "answered right": ("答复中答对", "给出的答复里没有错误的"),
    "needless hand-over": ("多余的转交", "知识库能答却转给专家的，越低越好"),
    "help first": ("紧急情况先说了打给谁", "应当先报警求助的题里，第一句说了 119、120 或 110 的"),
    "needless caution": ("多余的提醒", "不是紧急情况、也没当成紧急情况，却先提醒了报警求助的，越低越好"),
    "key facts": ("要点准确", "答复里说对的数额、期限、名称，按值比较"),
    "citation precision": ("引用准确", "引用的条文里属于标准条文的"),
    "citation recall": ("引用命中", "引用了任意一条标准条文的答复"),
    "Success@1": ("检索第 1 条命中", "第一条就是标准条文的题"),
    "Success@5": ("检索前 5 条命中", "前五条里有标准条文的题"),
    "Success@10": ("检索前 10 条命中", "前十条里有标准条文的题"),
    "R@5": ("前 5 条找全", "标准条文在前五条里的比例"),
    "R@10": ("前 10 条找全", "标准条文在前十条里的比例"),
    "RR@10": ("首个命中名次", "第一条标准条文名次的倒数，1 是第一"),
    "nDCG@10": ("排序质量", "标准条文越靠前越高，1 是最好"),
} | {f"{outcome} recall": (f"应当{says}的做到", f"应当“{says}”的题里做到的") for outcome, says in OUTCOMES.items()}
SLICES: Mapping[str, str] = {
    "topic": "主题",
    "persona": "提问人",
    "wording": "说法",
    "why": "类别",
    "outcome": "应有的处置",
    "turns": "一轮或多轮",
}
SPEAKERS: Mapping[str, str] = {
    "extract": "知识库摘录",
    "faq": "常见问答",
    "model": "AI 生成",
    "rule": "系统提示",
    "expert": "专家",
    "": "没有",
}
ROLES: Mapping[str, str] = {"user": "提问人", "assistant": "机器人", "expert": "专家"}
VERDICTS: Mapping[str, str] = {"right": "对", "partly": "部分对", "wrong": "错", "": "没有判断", "none": "没有判断"}
VERSIONS: Mapping[str, str] = {
    "code": "程序",
    "library": "随附知识库",
    "catalogue": "文档目录修订",
    "index": "索引",
    "encoder": "编码器",
    "chat model": "对话模型",
    "answer at": "答复阈值",
}


def named(figure: str) -> str:
    """:returns: the figure's name on a page, with the name that files and gates use"""
    return f"{FIGURES[figure][0]} {figure}" if figure in FIGURES else figure
