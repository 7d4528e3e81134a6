"""The API of moderation, below /api/v1/moderation/."""

from analysis.api.moderation import bulk, care, cases, hashlists, policies, reports, stats

urlpatterns = [
    *cases.urlpatterns,
    *reports.urlpatterns,
    *policies.urlpatterns,
    *hashlists.urlpatterns,
    *stats.urlpatterns,
    *bulk.urlpatterns,
    *care.urlpatterns,
]
