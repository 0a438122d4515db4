-- A client is looked for by its name before another is made.
create index oidc_client_named on oidc_client (name collate nocase);
