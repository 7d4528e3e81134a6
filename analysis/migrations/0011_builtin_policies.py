"""The policies that come with the portal."""

from typing import Any

from django.db import migrations

_TOPICS: list[dict[str, Any]] = [
    {"key": "nudity", "kind": "topic", "names": ["nudity"], "review": 0.6, "block": 0.95},
    {"key": "violence", "kind": "topic", "names": ["violence", "disturbing"], "review": 0.75, "block": None},
    {"key": "self-harm", "kind": "topic", "names": ["self_harm"], "review": 0.6, "block": None},
    {"key": "hate", "kind": "topic", "names": ["hate_symbols"], "review": 0.6, "block": None},
]
# slug: name, name in Arabic, what owners are told, the same in Arabic, severity, hours, restricted, rules
_POLICIES: dict[str, tuple[str, str, str, str, int, int, bool, list[dict[str, Any]]]] = {
    "unsafe": (
        "Unsafe content",
        "محتوى غير آمن",
        "Explicit nudity, violence, self-harm and symbols of hate are not shown here.",
        "لا يُعرض هنا العري الصريح ولا العنف ولا إيذاء النفس ولا رموز الكراهية.",
        3,
        24,
        False,
        _TOPICS,
    ),
    "known-hashes": (
        "Known material",
        "مواد معروفة",
        "This file is on a list of material that may not be shown.",
        "هذا الملف مدرج في قائمة مواد لا يجوز عرضها.",
        4,
        4,
        True,
        [{"key": "listed", "kind": "hash", "review": 0.85, "block": 1.0}],
    ),
    "known-works": (
        "Protected works",
        "مصنفات محمية",
        "Parts of this file are alike to a work that is protected.",
        "أجزاء من هذا الملف تشبه مصنفًا محميًا.",
        2,
        72,
        False,
        [{"key": "alike", "kind": "work", "review": 0.5, "block": None}],
    ),
    "reports": (
        "Reported by people",
        "بلاغات الأشخاص",
        "People have reported this file.",
        "أبلغ أشخاص عن هذا الملف.",
        2,
        24,
        False,
        [{"key": "reported", "kind": "reports", "review": 1, "block": None}],
    ),
    "guests": (
        "Sent by guests",
        "مرسل من الضيوف",
        "What guests send is looked at before it is shown.",
        "يُراجَع ما يرسله الضيوف قبل عرضه.",
        1,
        48,
        False,
        [{"key": "guest", "kind": "guest", "review": 1, "block": None}],
    ),
    "house-rules": (
        "Rules of the house",
        "قواعد المؤسسة",
        "What is shown here follows the rules of the house.",
        "ما يُعرض هنا يتبع قواعد المؤسسة.",
        2,
        24,
        False,
        [],
    ),
}


def write(apps: Any, _schema: Any) -> None:
    """Write them down, switched on."""
    policies = apps.get_model("analysis", "Policy").objects
    versions = apps.get_model("analysis", "PolicyVersion").objects
    for slug, (name, name_ar, told, told_ar, severity, hours, restricted, rules) in _POLICIES.items():
        policy = policies.create(
            slug=slug,
            name=name,
            name_ar=name_ar,
            statement=told,
            statement_ar=told_ar,
            builtin=True,
            restricted=restricted,
        )
        version = versions.create(
            policy=policy, number=1, rules=rules, severity=severity, deadline=hours, note=""
        )
        policies.filter(pk=policy.pk).update(current=version, mode="on")


class Migration(migrations.Migration):
    """Writes six policies."""

    dependencies = [("analysis", "0010_moderation")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
