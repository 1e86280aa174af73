from django.urls import path

from tenant_apps.activity import views

urlpatterns = [path("audit/", views.audit_log, name="audit_log")]
