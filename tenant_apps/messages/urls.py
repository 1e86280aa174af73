from django.urls import path

from tenant_apps.messages import views

urlpatterns = [
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read/", views.mark_all_notifications_read, name="mark_all_notifications_read"),
    path(
        "notifications/<uuid:notification_id>/read/",
        views.mark_notification_read,
        name="mark_notification_read",
    ),
]
