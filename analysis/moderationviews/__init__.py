"""The pages of moderation, below /review/."""

from analysis.moderationviews import dashboard, hashlists, owner, policies, queue, review

urlpatterns = [
    *queue.urlpatterns,
    *policies.urlpatterns,
    *hashlists.urlpatterns,
    *dashboard.urlpatterns,
    *owner.urlpatterns,
    *review.urlpatterns,
]
