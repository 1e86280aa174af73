from django.urls import path

from tenant_apps.sharing import views

urlpatterns = [
    path("share/<slug:record_type>/<uuid:record_id>/", views.record_sharing, name="record_sharing"),
    path(
        "share/<slug:record_type>/<uuid:record_id>/<uuid:user_id>/remove/",
        views.unshare_record,
        name="unshare_record",
    ),
    path("share/<slug:record_type>/<uuid:record_id>/link/", views.make_public_link, name="make_public_link"),
    path("links/<uuid:link_id>/renew/", views.renew_public_link, name="renew_public_link"),
    path("links/<uuid:link_id>/revoke/", views.revoke_public_link, name="revoke_public_link"),
]
