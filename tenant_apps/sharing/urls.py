from django.urls import path

from tenant_apps.sharing import views

urlpatterns = [
    path("share/<slug:record_type>/<uuid:record_id>/", views.record_sharing, name="record_sharing"),
    path(
        "share/<slug:record_type>/<uuid:record_id>/<uuid:user_id>/remove/",
        views.unshare_record,
        name="unshare_record",
    ),
]
