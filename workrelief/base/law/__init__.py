"""The law as data: sources, rules, dated parameters, step guides, and the working-day calendar.

Other rooms import from here: `law.source("wage-regulation-2019")`, `law.rule("F13")`, `law.resolve(cite)`,
`law.parameter("labour_pay_share_floor", on=day, fund_type="central_budget")`. No threshold stands in code.
"""

from workrelief.base.law.parameters import Parameters, ParameterValue, find_parameter, parameter, parameters
from workrelief.base.law.registry import guide, guides, resolve, rule, rules, source, sources

__all__ = [
    "ParameterValue",
    "Parameters",
    "find_parameter",
    "guide",
    "guides",
    "parameter",
    "parameters",
    "resolve",
    "rule",
    "rules",
    "source",
    "sources",
]
