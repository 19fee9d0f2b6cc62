-- +goose Up

CREATE TABLE measurements (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    indicator     {{text}} NOT NULL,
    unit          {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "measurements"}}

CREATE INDEX measurements_due ON measurements (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX measurements_began ON measurements (tenant, began, id);
CREATE INDEX measurements_number ON measurements (tenant, number);
CREATE INDEX measurements_indicator ON measurements (tenant, indicator, began, id);
CREATE INDEX measurements_unit ON measurements (tenant, unit, began, id);
CREATE INDEX measurements_state ON measurements (tenant, state, began, id);

CREATE TABLE occurrences (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    duty          {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "occurrences"}}

CREATE INDEX occurrences_due ON occurrences (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX occurrences_began ON occurrences (tenant, began, id);
CREATE INDEX occurrences_number ON occurrences (tenant, number);
CREATE INDEX occurrences_duty ON occurrences (tenant, duty, began, id);
CREATE INDEX occurrences_state ON occurrences (tenant, state, began, id);

CREATE TABLE schedules (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    duty          {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "schedules"}}

CREATE INDEX schedules_due ON schedules (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX schedules_began ON schedules (tenant, began, id);
CREATE INDEX schedules_number ON schedules (tenant, number);
CREATE INDEX schedules_duty ON schedules (tenant, duty, began, id);
CREATE INDEX schedules_state ON schedules (tenant, state, began, id);

CREATE TABLE cards (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "cards"}}

CREATE INDEX cards_due ON cards (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX cards_began ON cards (tenant, began, id);
CREATE INDEX cards_number ON cards (tenant, number);
CREATE INDEX cards_state ON cards (tenant, state, began, id);

CREATE TABLE remedies (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    subject       {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "remedies"}}

CREATE INDEX remedies_due ON remedies (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX remedies_began ON remedies (tenant, began, id);
CREATE INDEX remedies_number ON remedies (tenant, number);
CREATE INDEX remedies_subject ON remedies (tenant, subject, began, id);
CREATE INDEX remedies_state ON remedies (tenant, state, began, id);
