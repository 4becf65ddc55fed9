"""A project: the protocol's settings, and who takes part in what role."""

from django.conf import settings
from django.db import models

from annotate.domain.states import AgreementMeasure, RoleName
from annotate.models.columns import between, only, word

FAULT_KINDS = (
    ("factual", "事实错误", "Factual error"),
    ("instruction", "偏离要求", "Off the instruction"),
    ("unsafe", "不安全", "Unsafe"),
    ("language", "语言问题", "Language"),
    ("format", "格式问题", "Format"),
    ("redundant", "冗余", "Redundant"),
    ("incomplete", "不完整", "Incomplete"),
)
# A name with a question mark has another meaning too, or is a maker whom texts are about: see domain.masking.
MASK_NAMES = (
    *("通义千问", "千问", "通义大模型", "通义实验室", "Qwen", "QwQ", "阿里云?", "阿里巴巴?", "文心一言", "文心大模型"),
    *("ERNIE Bot", "ERNIE?", "百度?", "Baidu?", "智谱清言", "智谱AI", "智谱?", "ChatGLM", "GLM", "书生·浦语"),
    *("书生浦语", "InternLM", "上海人工智能实验室?", "百川智能", "百川大模型", "百川?", "Baichuan", "讯飞星火"),
    *("星火认知", "星火大模型", "星火?", "科大讯飞?", "讯飞?", "SparkDesk", "腾讯混元", "混元大模型", "混元?"),
    *("Hunyuan", "腾讯?", "豆包大模型", "豆包?", "Doubao", "字节跳动?", "Kimi?", "月之暗面", "Moonshot AI", "DeepSeek"),
    *("深度求索", "零一万物", "Yi-34B", "Yi?", "MiniMax?", "阶跃星辰", "商汤?", "SenseChat", "昆仑万维?", "天工?"),
    *(
        "元象?",
        "XVERSE",
        "XChat",
        "面壁智能",
        "MiniCPM",
        "盘古大模型",
        "360智脑",
        "TigerBot",
        "MOSS?",
        "Open Assistant",
    ),
    *("ChatGPT", "GPT-3", "GPT-4", "GPT-5", "GPT?", "OpenAI", "Claude?", "Anthropic?", "Gemini?", "Google?", "谷歌?"),
    *("Llama?", "Vicuna?", "Meta?", "Mistral AI", "Mistral?", "Grok?", "xAI?", "Copilot?", "必应?", "Bing?", "微软?"),
    "Microsoft?",
)


def default_languages() -> list[str]:
    """Return the languages the texts of a project are expected in."""
    return ["zh"]


def default_fault_kinds() -> list[dict[str, str]]:
    """Return the kinds of fault that a span can be marked with; the key is what is stored."""
    return [dict(zip(("key", "zh", "en"), row, strict=True)) for row in FAULT_KINDS]


def default_mask_names() -> list[str]:
    """Return the names by which models and their makers give themselves away."""
    return list(MASK_NAMES)


class Project(models.Model):
    """One body of prompts annotated under one set of rules. Defaults are the paper's figures (PROTOCOL 3 to 6)."""

    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    responses_per_task = models.PositiveSmallIntegerField(default=3)
    passes = models.PositiveSmallIntegerField(default=2)
    agreement_threshold = models.FloatField(default=0.90)
    agreement_measure = word(AgreementMeasure, default=AgreementMeasure.EXACT)
    # Hours until a discussion, and then each level of escalation, hands a prompt on.
    discussion_hours = models.PositiveSmallIntegerField(default=48)
    escalation_hours = models.PositiveSmallIntegerField(default=48)
    delivery_share = models.FloatField(default=0.30)
    operations_share = models.FloatField(default=0.30)
    research_share = models.FloatField(default=1.0)
    # Above this share of rejected annotations, among at least so many reviewed, a whole batch goes back.
    rejection_limit = models.FloatField(default=0.20)
    rejection_min = models.PositiveSmallIntegerField(default=10)
    exam_items = models.PositiveSmallIntegerField(default=10)
    exam_mark = models.FloatField(default=0.80)
    exam_attempts = models.PositiveSmallIntegerField(default=3)
    exam_wait_hours = models.PositiveSmallIntegerField(default=24)
    # Below the mark over the last `gold_window` hidden gold tasks, at least `gold_min` of them, a person is paused.
    gold_share = models.FloatField(default=0.05)
    gold_mark = models.FloatField(default=0.70)
    gold_window = models.PositiveSmallIntegerField(default=20)
    gold_min = models.PositiveSmallIntegerField(default=8)
    # Own tasks shown again, after at least `repeat_gap` others.
    repeat_share = models.FloatField(default=0.02)
    repeat_gap = models.PositiveSmallIntegerField(default=20)
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    # Share of pairs on which an AI judge must say what people say before it may judge what they have not seen.
    judge_threshold = models.FloatField(default=0.60)
    lease_minutes = models.PositiveSmallIntegerField(default=60)
    daily_target = models.PositiveSmallIntegerField(default=40)
    languages = models.JSONField(default=default_languages)
    # What spans can be marked with: [{"key", "zh", "en"}], shown in this order.
    fault_kinds = models.JSONField(default=default_fault_kinds)
    # Names hidden in responses, or annotators would know the model that they judge.
    mask_names = models.JSONField(default=default_mask_names, blank=True)
    seed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            between("project", "responses_per_task", 3, 5),
            between("project", "passes", 1, 5),
            between("project", "agreement_threshold", 0, 1),
            between("project", "delivery_share", 0, 1),
            between("project", "operations_share", 0, 1),
            between("project", "research_share", 0, 1),
            between("project", "lease_minutes", 1, 1440),
            only("project", "agreement_measure", AgreementMeasure),
            between("project", "discussion_hours", 1, 2400),
            between("project", "escalation_hours", 1, 2400),
            between("project", "rejection_limit", 0, 1),
            between("project", "exam_items", 1, 200),
            between("project", "exam_mark", 0, 1),
            between("project", "exam_attempts", 1, 100),
            between("project", "gold_share", 0, 0.5),
            between("project", "gold_mark", 0, 1),
            between("project", "gold_min", 1, 1000),
            models.CheckConstraint(
                condition=models.Q(gold_min__lte=models.F("gold_window")), name="project_gold_window_holds_min"
            ),
            between("project", "repeat_share", 0, 0.5),
            between("project", "judge_threshold", 0, 1),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a project, under the pseudonym that others there know them by."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    pseudonym = models.CharField(max_length=16)
    daily_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    # Gold answers from before the last resumption do not count against the mark again.
    resumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["project", "pseudonym"], name="membership_pseudonym_once"),
        ]


class MembershipRole(models.Model):
    """One role of a member; a person may hold several."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    role = word(RoleName)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="membership_role_once"),
            only("membership_role", "role", RoleName),
        ]
