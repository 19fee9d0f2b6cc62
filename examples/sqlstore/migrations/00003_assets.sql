-- +goose Up

CREATE TABLE assets (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    kind          {{text}} NOT NULL,
    tag           {{text}} NOT NULL,
    serial        {{text}} NOT NULL,
    unit          {{text}} NOT NULL,
    location      {{text}} NOT NULL,
    holder        {{text}} NOT NULL,
    product       {{text}} NOT NULL,
    critical      {{bool}} NOT NULL,
    owing         {{int}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "assets"}}

CREATE INDEX assets_due ON assets (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX assets_began ON assets (tenant, began, id);
CREATE INDEX assets_number ON assets (tenant, number);
CREATE UNIQUE INDEX assets_tag ON assets (tenant, tag) WHERE tag <> '';
CREATE INDEX assets_serial ON assets (tenant, serial, began, id);
CREATE INDEX assets_holder ON assets (tenant, holder, began, id);
CREATE INDEX assets_kind ON assets (tenant, kind, began, id);
CREATE INDEX assets_unit ON assets (tenant, unit, began, id);
CREATE INDEX assets_location ON assets (tenant, location, began, id);
CREATE INDEX assets_product ON assets (tenant, product, began, id);
CREATE INDEX assets_state ON assets (tenant, state, began, id);

CREATE INDEX assets_critical ON assets (tenant, began, id) WHERE critical;
CREATE INDEX assets_owing ON assets (tenant, began, id) WHERE owing > 0;

CREATE TABLE licences (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    product       {{text}} NOT NULL,
    unit          {{text}} NOT NULL,
    owing         {{int}} NOT NULL,
    seats_over    {{int}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "licences"}}

CREATE INDEX licences_due ON licences (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX licences_began ON licences (tenant, began, id);
CREATE INDEX licences_number ON licences (tenant, number);
CREATE INDEX licences_product ON licences (tenant, product, began, id);
CREATE INDEX licences_unit ON licences (tenant, unit, began, id);
CREATE INDEX licences_state ON licences (tenant, state, began, id);
CREATE INDEX licences_owing ON licences (tenant, began, id) WHERE owing > 0;
CREATE INDEX licences_over ON licences (tenant, began, id) WHERE seats_over > 0;

CREATE TABLE stocks (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    part          {{text}} NOT NULL,
    location      {{text}} NOT NULL,
    low           {{bool}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "stocks"}}

CREATE INDEX stocks_due ON stocks (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX stocks_began ON stocks (tenant, began, id);
CREATE INDEX stocks_part ON stocks (tenant, part, began, id);
CREATE INDEX stocks_location ON stocks (tenant, location, began, id);
CREATE INDEX stocks_state ON stocks (tenant, state, began, id);
CREATE INDEX stocks_low ON stocks (tenant, began, id) WHERE low;
