"""What `notifications` hears, one line for each piece of news."""

from typing import Any

from django.dispatch import receiver

from analysis import signals as analysis
from assets import signals as assets
from notifications.services import casenews, moderation, news
from processing import signals as processing


@receiver(assets.upload_progressed, dispatch_uid="notifications.upload_progressed")
def upload_progressed(*, session_id: Any, bytes_received: int, bytes_total: int | None, **_news: Any) -> None:
    """Bytes have arrived."""
    news.tell_of_upload(session_id=session_id, bytes_received=bytes_received, bytes_total=bytes_total)


@receiver(assets.upload_failed, dispatch_uid="notifications.upload_failed")
def upload_failed(*, session_id: Any, code: str, detail: str, **_news: Any) -> None:
    """An upload has ended without becoming an asset."""
    news.tell_of_failed_upload(session_id=session_id, code=code, detail=detail)


@receiver(assets.asset_stored, dispatch_uid="notifications.asset_stored")
def asset_stored(*, asset: Any, **_news: Any) -> None:
    """An upload became an asset."""
    news.tell_of_asset(event_type="asset.stored", asset=asset)


@receiver(assets.asset_rejected, dispatch_uid="notifications.asset_rejected")
def asset_rejected(*, asset: Any, code: str, detail: str, **_news: Any) -> None:
    """The gate refused it."""
    news.tell_of_asset(event_type="asset.rejected", asset=asset, error=(code, detail))


@receiver(assets.asset_held, dispatch_uid="notifications.asset_held")
def asset_held(*, asset: Any, **_news: Any) -> None:
    """It waits for a person's decision."""
    news.tell_of_asset(event_type="asset.held", asset=asset)


@receiver(assets.asset_published, dispatch_uid="notifications.asset_published")
def asset_published(*, asset: Any, **_news: Any) -> None:
    """All verdicts agree."""
    news.tell_of_asset(event_type="asset.published", asset=asset)


@receiver(assets.asset_blocked, dispatch_uid="notifications.asset_blocked")
def asset_blocked(*, asset: Any, **_news: Any) -> None:
    """It may not be shown."""
    news.tell_of_asset(event_type="asset.blocked", asset=asset)


@receiver(assets.asset_removed, dispatch_uid="notifications.asset_removed")
def asset_removed(*, asset: Any, **_news: Any) -> None:
    """It went to the trash."""
    news.tell_of_asset(event_type="asset.removed", asset=asset)


@receiver(assets.captions_changed, dispatch_uid="notifications.captions_changed")
def captions_changed(*, asset: Any, **_news: Any) -> None:
    """Its text tracks are others now."""
    news.tell_of_captions(asset=asset)


@receiver(assets.access_changed, dispatch_uid="notifications.access_changed")
def access_changed(*, asset: Any, for_some: bool = False, **_news: Any) -> None:
    """Others may see it now, or not any longer."""
    news.tell_of_access(asset=asset, for_some=for_some)


@receiver(processing.job_changed, dispatch_uid="notifications.job_changed")
def job_changed(*, job: Any, durable: bool, **_news: Any) -> None:
    """A job or one of its steps moved."""
    news.tell_of_job(job=job, durable=durable)


@receiver(processing.variant_ready, dispatch_uid="notifications.variant_ready")
def variant_ready(*, asset: Any, variant: Any, job: Any, **_news: Any) -> None:
    """A file was made of an asset."""
    news.tell_of_variant(asset=asset, variant=variant, job=job)


@receiver(analysis.analysis_finished, dispatch_uid="notifications.analysis_finished")
def analysis_finished(*, order: Any, **_news: Any) -> None:
    """Nothing of an order is open any longer."""
    news.tell_of_analysis(order=order)


@receiver(analysis.work_matched, dispatch_uid="notifications.work_matched")
def work_matched(*, match: Any, **_news: Any) -> None:
    """An asset is alike to a protected work."""
    news.tell_of_work(match=match)


@receiver(analysis.decision_settled, dispatch_uid="notifications.decision_settled")
def decision_settled(*, case: Any, decision: Any, **_news: Any) -> None:
    """What was decided on an asset holds."""
    moderation.tell_of_decision(case=case, decision=decision)


@receiver(analysis.report_answered, dispatch_uid="notifications.report_answered")
def report_answered(*, report: Any, **_news: Any) -> None:
    """Somebody has looked at what was reported."""
    moderation.tell_of_report(report=report)


@receiver(analysis.strike_lifted, dispatch_uid="notifications.strike_lifted")
def strike_lifted(*, strike: Any, **_news: Any) -> None:
    """Something does not count against its owner any more."""
    moderation.tell_of_strike(strike=strike)


@receiver(analysis.case_opened, dispatch_uid="notifications.case_opened")
def case_opened(*, case: Any, **_news: Any) -> None:
    """Somebody has to look at an asset."""
    casenews.tell_of_case(event_type="case.opened", case=case)


@receiver(analysis.case_changed, dispatch_uid="notifications.case_changed")
def case_changed(*, case: Any, **_news: Any) -> None:
    """Somebody claimed it, put it back or lost it, or it went to others."""
    casenews.send_change(case=case)


@receiver(analysis.case_decided, dispatch_uid="notifications.case_decided")
def case_decided(*, case: Any, decision: Any, **_news: Any) -> None:
    """Somebody has decided on it."""
    casenews.tell_of_decision(case=case, decision=decision)


@receiver(analysis.case_undone, dispatch_uid="notifications.case_undone")
def case_undone(*, case: Any, decision: Any, **_news: Any) -> None:
    """Whoever decided has taken it back."""
    casenews.tell_of_undoing(case=case, decision=decision)
    moderation.tell_of_undoing(case=case, decision=decision)


@receiver(analysis.case_mentioned, dispatch_uid="notifications.case_mentioned")
def case_mentioned(*, comment: Any, people: Any, **_news: Any) -> None:
    """Somebody was named in a comment on a case."""
    casenews.tell_of_mention(comment=comment, people=people)
