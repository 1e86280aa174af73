from django.urls import path

from tenant_apps.workspace.views import fields, history, lists, organization, saved, tags

urlpatterns = [
    path("settings/organization/", organization.organization_edit, name="organization_edit"),
    path("settings/organization/logo/", organization.organization_logo, name="organization_logo"),
    path("settings/organization/numbers/", organization.change_series_start, name="change_series_start"),
    path("settings/fields/", fields.field_list, name="field_list"),
    path("settings/fields/new/", fields.field_create, name="field_create"),
    path("settings/fields/order/", fields.arrange_fields, name="arrange_fields"),
    path("settings/fields/<uuid:field_id>/", fields.field_edit, name="field_edit"),
    path("settings/fields/<uuid:field_id>/archive/", fields.archive_field, name="archive_field"),
    path("settings/fields/<uuid:field_id>/unarchive/", fields.unarchive_field, name="unarchive_field"),
    path("settings/fields/<uuid:field_id>/delete/", fields.delete_field, name="delete_field"),
    path("settings/tags/", tags.tag_list, name="tag_list"),
    path("settings/tags/<uuid:tag_id>/", tags.tag_edit, name="tag_edit"),
    path("settings/tags/<uuid:tag_id>/merge/", tags.merge_tags, name="merge_tags"),
    path("settings/tags/<uuid:tag_id>/delete/", tags.delete_tag, name="delete_tag"),
    path("lists/<slug:record_type>/filter/", lists.list_filter, name="list_filter"),
    path("lists/<slug:record_type>/columns/", lists.list_columns, name="list_columns"),
    path("lists/<slug:record_type>/bulk/", lists.list_bulk, name="list_bulk"),
    path("lists/<slug:record_type>/export/", lists.start_list_export, name="start_list_export"),
    path("lists/<slug:record_type>/views/", saved.view_create, name="view_create"),
    path("lists/<slug:record_type>/<uuid:record_id>/tags/", tags.record_tags, name="record_tags"),
    path(
        "lists/<slug:record_type>/<uuid:record_id>/fields/<slug:field_code>/",
        fields.record_custom,
        name="record_custom",
    ),
    path(
        "lists/<slug:record_type>/<uuid:record_id>/cells/<str:field_name>/",
        lists.record_cell,
        name="record_cell",
    ),
    path("history/<uuid:event_id>/restore/", history.restore_value, name="restore_value"),
    path("views/<uuid:view_id>/", saved.view_edit, name="view_edit"),
    path("views/<uuid:view_id>/update/", saved.update_view, name="update_view"),
    path("views/<uuid:view_id>/delete/", saved.delete_view, name="delete_view"),
    path("changes/<uuid:change_set_id>/", lists.change_set_detail, name="change_set_detail"),
    path("changes/<uuid:change_set_id>/undo/", lists.undo_bulk_change, name="undo_bulk_change"),
    path("exports/<uuid:export_id>/", lists.list_export_detail, name="list_export_detail"),
    path("exports/<uuid:export_id>/file/", lists.list_export_file, name="list_export_file"),
]
