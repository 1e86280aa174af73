from django.urls import path

from tenant_apps.imports import views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/new/", views.import_create, name="import_create"),
    path("imports/<uuid:import_id>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:import_id>/columns/", views.import_mapping, name="import_mapping"),
    path("imports/<uuid:import_id>/reading/", views.reread_import, name="reread_import"),
    path("imports/<uuid:import_id>/run/", views.run_import, name="run_import"),
    path("imports/<uuid:import_id>/resume/", views.resume_import, name="resume_import"),
    path("imports/<uuid:import_id>/undo/", views.undo_import, name="undo_import"),
    path("imports/<uuid:import_id>/failed-rows/", views.import_failed_rows, name="import_failed_rows"),
    path("imports/<uuid:import_id>/result/", views.import_result, name="import_result"),
]
