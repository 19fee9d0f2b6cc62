-- +goose Up

CREATE TABLE contracts (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "contracts"}}

CREATE INDEX contracts_due ON contracts (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX contracts_began ON contracts (tenant, began, id);
CREATE INDEX contracts_number ON contracts (tenant, number);
CREATE INDEX contracts_vendor ON contracts (tenant, vendor, began, id);
CREATE INDEX contracts_state ON contracts (tenant, state, began, id);

-- When a contract is in force, by its agreements, and for which services; '' is for all
-- that it is about.
CREATE TABLE contract_terms (
    tenant    {{text}} NOT NULL,
    contract  {{text}} NOT NULL,
    agreement {{int}} NOT NULL CHECK (agreement >= 1),
    service   {{text}} NOT NULL,
    from_at   {{instant}} NOT NULL,
    to_at     {{instant}} NOT NULL,
    PRIMARY KEY (tenant, contract, agreement, service),
    FOREIGN KEY (tenant, contract) REFERENCES contracts ON DELETE CASCADE
){{table}};
{{protect "contract_terms"}}

CREATE INDEX contract_terms_service ON contract_terms (tenant, service, to_at, from_at, contract);

CREATE TABLE vendor_calls (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    service       {{text}} NOT NULL,
    contract      {{text}} NOT NULL,
    ticket        {{text}} NOT NULL,
    follower      {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "vendor_calls"}}

CREATE INDEX vendor_calls_due ON vendor_calls (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX vendor_calls_began ON vendor_calls (tenant, began, id);
CREATE INDEX vendor_calls_number ON vendor_calls (tenant, number);
CREATE INDEX vendor_calls_vendor ON vendor_calls (tenant, vendor, began, id);
CREATE INDEX vendor_calls_contract ON vendor_calls (tenant, contract, began, id);
CREATE INDEX vendor_calls_ticket ON vendor_calls (tenant, ticket, began, id);
CREATE INDEX vendor_calls_follower ON vendor_calls (tenant, follower, began, id);
CREATE INDEX vendor_calls_service ON vendor_calls (tenant, service, began, id);
CREATE INDEX vendor_calls_state ON vendor_calls (tenant, state, began, id);

CREATE TABLE invoices (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    contract      {{text}} NOT NULL,
    year          {{int}} NOT NULL,
    holds         {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "invoices"}}

CREATE INDEX invoices_due ON invoices (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX invoices_began ON invoices (tenant, began, id);
CREATE INDEX invoices_number ON invoices (tenant, number);
CREATE UNIQUE INDEX invoices_holds ON invoices (tenant, holds) WHERE holds <> '';
CREATE INDEX invoices_vendor ON invoices (tenant, vendor, began, id);
CREATE INDEX invoices_contract ON invoices (tenant, contract, year, began, id);
CREATE INDEX invoices_year ON invoices (tenant, year, began, id);
CREATE INDEX invoices_state ON invoices (tenant, state, began, id);

CREATE TABLE budget_frames (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    contract      {{text}} NOT NULL,
    year          {{int}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "budget_frames"}}

CREATE INDEX budget_frames_due ON budget_frames (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX budget_frames_began ON budget_frames (tenant, began, id);
CREATE INDEX budget_frames_number ON budget_frames (tenant, number);
CREATE INDEX budget_frames_vendor ON budget_frames (tenant, vendor, began, id);
CREATE INDEX budget_frames_contract ON budget_frames (tenant, contract, year, began, id);
CREATE INDEX budget_frames_year ON budget_frames (tenant, year, began, id);
CREATE INDEX budget_frames_state ON budget_frames (tenant, state, began, id);

CREATE TABLE vendor_reviews (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    contract      {{text}} NOT NULL,
    kind          {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "vendor_reviews"}}

CREATE INDEX vendor_reviews_due ON vendor_reviews (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX vendor_reviews_began ON vendor_reviews (tenant, began, id);
CREATE INDEX vendor_reviews_number ON vendor_reviews (tenant, number);
CREATE INDEX vendor_reviews_vendor ON vendor_reviews (tenant, vendor, began, id);
CREATE INDEX vendor_reviews_contract ON vendor_reviews (tenant, contract, began, id);
CREATE INDEX vendor_reviews_kind ON vendor_reviews (tenant, kind, began, id);
CREATE INDEX vendor_reviews_state ON vendor_reviews (tenant, state, began, id);

CREATE TABLE vendor_usages (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    vendor        {{text}} NOT NULL,
    contract      {{text}} NOT NULL,
    year          {{int}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "vendor_usages"}}

CREATE INDEX vendor_usages_due ON vendor_usages (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX vendor_usages_began ON vendor_usages (tenant, began, id);
CREATE INDEX vendor_usages_number ON vendor_usages (tenant, number);
CREATE INDEX vendor_usages_vendor ON vendor_usages (tenant, vendor, began, id);
CREATE INDEX vendor_usages_contract ON vendor_usages (tenant, contract, year, began, id);
CREATE INDEX vendor_usages_year ON vendor_usages (tenant, year, began, id);
CREATE INDEX vendor_usages_state ON vendor_usages (tenant, state, began, id);
