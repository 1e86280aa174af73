/* The API's reference page: Swagger UI over our own description, from our own host. */
"use strict";

const place = document.getElementById("api-reference");
window.SwaggerUIBundle({
  url: place.dataset.descriptionUrl,
  dom_id: "#api-reference",
  deepLinking: true,
  docExpansion: "list",
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
