-- +goose Up

CREATE TABLE projects (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    class         {{text}} NOT NULL,
    lead_department {{text}} NOT NULL,
    demander      {{text}} NOT NULL,
    origin        {{text}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "projects"}}

CREATE INDEX projects_due ON projects (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX projects_began ON projects (tenant, began, id);
CREATE INDEX projects_number ON projects (tenant, number);
CREATE UNIQUE INDEX projects_origin ON projects (tenant, origin) WHERE origin <> '';
CREATE INDEX projects_class ON projects (tenant, class, began, id);
CREATE INDEX projects_lead_department ON projects (tenant, lead_department, began, id);
CREATE INDEX projects_demander ON projects (tenant, demander, began, id);
CREATE INDEX projects_state ON projects (tenant, state, began, id);

CREATE TABLE work_plans (
    tenant        {{text}} NOT NULL REFERENCES tenants,
    id            {{text}} NOT NULL CHECK (id <> ''),
    version       {{int}} NOT NULL CHECK (version >= 1),
    number        {{text}} NOT NULL,
    next_at       {{instant}},
    claimed_until {{instant}},
    began         {{instant}} NOT NULL,
    state         {{text}} NOT NULL,
    department    {{text}} NOT NULL,
    horizon       {{text}} NOT NULL,
    plane         {{text}} NOT NULL,
    first_year    {{int}} NOT NULL,
    last_year     {{int}} NOT NULL,
    body          {{json "body"}} NOT NULL,
    PRIMARY KEY (tenant, id)
){{rows}};
{{protect "work_plans"}}

CREATE INDEX work_plans_due ON work_plans (tenant, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX work_plans_began ON work_plans (tenant, began, id);
CREATE INDEX work_plans_number ON work_plans (tenant, number);
CREATE INDEX work_plans_department ON work_plans (tenant, department, began, id);
CREATE INDEX work_plans_state ON work_plans (tenant, state, began, id);
CREATE INDEX work_plans_horizon ON work_plans (tenant, horizon, began, id);
CREATE INDEX work_plans_plane ON work_plans (tenant, plane, began, id);
CREATE INDEX work_plans_years ON work_plans (tenant, last_year, first_year);
