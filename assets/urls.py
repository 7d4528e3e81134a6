"""The addresses of the pages about assets."""

from django.urls import path

from assets import views
from assets.views import embed, guests, held, shares, viewing

urlpatterns = [
    path("", views.library, name="library"),
    path("upload/", views.upload, name="upload"),
    path("collections/", views.collections, name="collections"),
    path("upload-keeper.js", views.upload_keeper, name="upload-keeper"),
    path("trash/", views.trash, name="trash"),
    path("held/", held.held, name="held"),
    path("guest/<str:token>/", guests.guest, name="guest"),
    path("guest-links/", guests.guest_links, name="guest-links"),
    path("guest-links/new/", guests.guest_link, name="guest-link-new"),
    path("guest-links/<uuid:link_id>/", guests.guest_link, name="guest-link"),
    path("guest-links/<uuid:link_id>/end/", guests.guest_link_end, name="guest-link-end"),
    path("s/<uuid:link_id>/", shares.shared, name="shared"),
    path("s/<uuid:link_id>/playback", shares.shared_playback, name="shared-playback"),
    path("s/<uuid:link_id>/standing", shares.shared_standing, name="shared-standing"),
    path("working/", views.working, name="working"),
    path("assets/<uuid:asset_id>/", views.asset, name="asset"),
    path("assets/<uuid:asset_id>/standing", shares.asset_standing, name="asset-standing"),
    path("assets/<uuid:asset_id>/share/", shares.share_panel, name="asset-share"),
    path("assets/<uuid:asset_id>/card/", views.card, name="asset-card"),
    path("assets/<uuid:asset_id>/stage/", views.stage, name="asset-stage"),
    path("assets/<uuid:asset_id>/side/", views.side, name="asset-side"),
    path("assets/<uuid:asset_id>/shelved/", views.shelved, name="asset-shelved"),
    path("assets/<uuid:asset_id>/views/", viewing.views, name="asset-views"),
    path("embed/<uuid:asset_id>", embed.embed, name="embed"),
    path("oembed", embed.oembed, name="oembed"),
]
