-- +goose Up

CREATE TABLE tickets (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    opened        {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    department    {{text}} NOT NULL,
    class         {{text}} NOT NULL,
    team          {{text}} NOT NULL,
    handler       {{text}} NOT NULL,
    opener        {{text}} NOT NULL,
    holds         {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "tickets"}}

CREATE UNIQUE INDEX tickets_holds ON tickets (tenant, holds) WHERE holds <> '';
CREATE INDEX tickets_due ON tickets (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX tickets_opened ON tickets (tenant, opened, id);
CREATE INDEX tickets_number ON tickets (tenant, number);
CREATE INDEX tickets_handler ON tickets (tenant, handler, opened, id);
CREATE INDEX tickets_opener ON tickets (tenant, opener, opened, id);
CREATE INDEX tickets_state ON tickets (tenant, state, opened, id);
CREATE INDEX tickets_team ON tickets (tenant, team, opened, id);
