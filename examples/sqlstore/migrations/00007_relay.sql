-- +goose Up

-- Which relay hands events to a consumer, and until when it may without asking again.
-- The row is locked by whoever changes the consumer's failures.
CREATE TABLE relays (
    tenant   {{text}} NOT NULL REFERENCES tenants,
    domain   {{text}} NOT NULL CHECK (domain IN ('ticket', 'asset', 'vendors', 'project', 'kpi')),
    consumer {{text}} NOT NULL CHECK (consumer <> ''),
    holder   {{text}},
    until    {{instant}},
    PRIMARY KEY (tenant, domain, consumer),
    CHECK ((holder IS NULL) = (until IS NULL))
){{table}};
{{protect "relays"}}

-- Events that the consumer did not take, and later ones of the same aggregates, which
-- wait for them. The lowest seq of an aggregate is tried at next_at, or given up where
-- that is NULL and it was attempted; those that wait have neither.
CREATE TABLE failures (
    tenant    {{text}} NOT NULL,
    domain    {{text}} NOT NULL,
    consumer  {{text}} NOT NULL,
    seq       {{int}} NOT NULL,
    aggregate {{text}} NOT NULL,
    attempts  {{int}} NOT NULL CHECK (attempts >= 0),
    next_at   {{instant}},
    failed_at {{instant}},
    error     {{text}} NOT NULL,
    PRIMARY KEY (tenant, domain, consumer, seq),
    FOREIGN KEY (tenant, domain, consumer) REFERENCES relays,
    FOREIGN KEY (tenant, domain, seq) REFERENCES events
){{rows}};
{{protect "failures"}}

CREATE INDEX failures_due ON failures (tenant, domain, consumer, next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX failures_aggregate ON failures (tenant, domain, consumer, aggregate, seq);
