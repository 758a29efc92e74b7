"""Columns of the monthly pay ledger (form C, with the two columns reading 3 puts first)."""

from __future__ import annotations

from workrelief.base.intake.columns import Column
from workrelief.kernel.kinds import PayBasis, PayRoute, PayStatus, PayUnit

COLUMNS = (
    Column("project_code", "项目代码", "code", aliases=("项目编码",), example="2204-371325-04-01-123450", note="没有代码的项目填项目名称列"),
    Column("project_name", "项目名称", max_length=160, example="", note="有项目代码的可不填；按名称找时须在本县唯一"),
    Column("month", "所属月份", "month", required=True, aliases=("期次", "期次年月", "所属期", "工资月份"), example="2022-07"),
    Column("employer", "用人单位名称", required=True, aliases=("用人单位", "单位名称", "施工单位"), max_length=120, example="演示施工有限公司"),
    Column("employer_contact", "单位联系方式", max_length=60, aliases=("单位电话", "单位联系电话")),
    Column("cycle", "支付周期", in_head=True, max_length=20, example="月"),
    Column("contact", "联系方式", "code", in_head=True, aliases=("联系电话", "手机号", "本人联系方式"), private="phone", fill_down=False,
           note="务工者本人电话"),
    Column("identity_kind", "证件类型", example="居民身份证"),
    Column("name", "姓名", required=True, max_length=40, fill_down=False, example="演示甲"),
    Column("identity", "证件号", "code", required=True, aliases=("身份证号", "证件号码", "身份证号码"), private="identity",
           fill_down=False, example="37990019800101001X"),
    Column("trade", "工种", max_length=30, example="普工"),
    Column("days", "出工天数", "tenths", required=True, aliases=("出勤天数", "工日", "工日数"), example="22"),
    Column("basis", "计酬方式", "choice", choices=PayBasis, example="计时"),
    Column("unit", "计酬单位", "choice", choices=PayUnit, example="天"),
    Column("quantity", "计酬数量", "hundredths", required=True, aliases=("数量", "工时"), example="22"),
    Column("rate", "单价", "money", required=True, aliases=("日工资", "工价"), default_unit="元", example="150"),
    Column("due", "应发", "money", required=True, aliases=("应发金额", "应发报酬", "应发工资"), default_unit="元", example="3300"),
    Column("deducted", "代扣代缴及扣除", "money", in_head=True, default_unit="元",
           aliases=("扣款", "扣除数额", "代扣代缴", "代扣代缴及扣除数额", "代扣代缴及扣除项目与数额"), example="0"),
    Column("deduction_note", "扣除项目", max_length=60, aliases=("扣款说明", "扣除依据")),
    Column("extra", "其他增减", "money", default_unit="元", aliases=("增项", "津贴", "其他增减金额"), allow_negative=True),
    Column("extra_note", "增减依据", max_length=60, aliases=("其他增减依据",)),
    Column("paid", "实发", "money", required=True, aliases=("实发金额", "实发报酬", "实发工资"), default_unit="元", example="3300"),
    Column("route", "支付方式", "choice", required=True, aliases=("发放方式",), choices=PayRoute, example="一卡通"),
    Column("holder", "户名", aliases=("账户户名",), max_length=40, fill_down=False),
    Column("account", "卡号", "code", aliases=("银行卡号", "一卡通账号", "账号"), private="account", fill_down=False),
    Column("bank", "开户行", max_length=60),
    Column("paid_on", "发放日期", "date", in_head=True, aliases=("支付日期", "到账日期"), example="2022-08-10"),
    Column("receipt_no", "银行流水号", "code", aliases=("流水号", "回单号"), max_length=40, fill_down=False),
    Column("status", "状态", "choice", aliases=("发放状态",), choices=PayStatus, example="已到账"),
    Column("is_back_pay", "是否补发", "tick"),
    Column("back_pay_month", "补发月份", "month", aliases=("补发所属月份",)),
    Column("signature", "签名", in_head=True, aliases=("签名/确认", "签字", "签名（手印）", "本人签字"), max_length=20, fill_down=False),
    Column("remark", "备注"),
)  # fmt: skip
