-- +goose Up

-- A tenant's row is locked by whoever writes for the tenant. It counts the events of each domain.
CREATE TABLE tenants (
    tenant      {{text}} PRIMARY KEY,
    ticket_seq  {{int}} NOT NULL DEFAULT 0 CHECK (ticket_seq >= 0),
    asset_seq   {{int}} NOT NULL DEFAULT 0 CHECK (asset_seq >= 0),
    vendors_seq {{int}} NOT NULL DEFAULT 0 CHECK (vendors_seq >= 0),
    project_seq {{int}} NOT NULL DEFAULT 0 CHECK (project_seq >= 0),
    kpi_seq     {{int}} NOT NULL DEFAULT 0 CHECK (kpi_seq >= 0)
){{table}};
{{protect "tenants"}}

-- The last number that was given of each series.
CREATE TABLE series (
    tenant   {{text}} NOT NULL REFERENCES tenants,
    of_table {{text}} NOT NULL,
    series   {{text}} NOT NULL CHECK (series <> ''),
    last     {{int}} NOT NULL CHECK (last >= 1),
    PRIMARY KEY (tenant, of_table, series)
){{table}};
{{protect "series"}}

CREATE TABLE events (
    tenant    {{text}} NOT NULL REFERENCES tenants,
    domain    {{text}} NOT NULL CHECK (domain IN ('ticket', 'asset', 'vendors', 'project', 'kpi')),
    seq       {{int}} NOT NULL CHECK (seq >= 1),
    aggregate {{text}} NOT NULL,
    kind      {{text}} NOT NULL,
    at        {{instant}} NOT NULL,
    recorded  {{instant}} NOT NULL,
    actor     {{text}} NOT NULL,
    data      {{json "data"}},
    PRIMARY KEY (tenant, domain, seq)
){{table}};
{{protect "events"}}

-- How far each consumer of events is.
CREATE TABLE cursors (
    tenant   {{text}} NOT NULL REFERENCES tenants,
    domain   {{text}} NOT NULL CHECK (domain IN ('ticket', 'asset', 'vendors', 'project', 'kpi')),
    consumer {{text}} NOT NULL,
    seq      {{int}} NOT NULL,
    PRIMARY KEY (tenant, domain, consumer)
){{table}};
{{protect "cursors"}}
