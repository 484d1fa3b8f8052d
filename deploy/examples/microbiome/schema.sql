-- The sample portal: studies, the samples that they took, and the files that came out of them.

CREATE TYPE ecosystem AS ENUM ('soil', 'freshwater', 'marine', 'host-associated', 'engineered');

CREATE TABLE study (
    id                     text PRIMARY KEY,
    name                   text NOT NULL,
    ecosystem              ecosystem NOT NULL,
    principal_investigator text NOT NULL,
    description            text,
    funding                jsonb NOT NULL DEFAULT '[]',
    created_at             timestamptz NOT NULL,
    CONSTRAINT study_id_form CHECK (id ~ '^st-[0-9]{4}$')
);
COMMENT ON TABLE study IS 'One research project, with the people who answer for it';

CREATE TABLE biosample (
    id            text PRIMARY KEY,
    study_id      text NOT NULL REFERENCES study (id),
    name          text NOT NULL,
    ecosystem     ecosystem NOT NULL,
    material      varchar(60) NOT NULL,
    collected_at  timestamptz NOT NULL,
    depth_m       numeric(8, 2) CHECK (depth_m >= 0),
    latitude      double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude     double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    temperature_c real,
    ph            real CHECK (ph BETWEEN 0 AND 14),
    note          text,
    updated_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN biosample.depth_m IS 'Metres below the surface; empty where nobody measured it';

CREATE INDEX biosample_study ON biosample (study_id);
CREATE INDEX biosample_place ON biosample (latitude, longitude);
CREATE INDEX biosample_collected ON biosample (ecosystem, collected_at DESC);

CREATE TABLE data_object (
    id           text PRIMARY KEY,
    biosample_id text NOT NULL,
    kind         text NOT NULL,
    file_name    text NOT NULL,
    file_bytes   bigint NOT NULL CHECK (file_bytes > 0),
    url          text NOT NULL,
    public       boolean NOT NULL,
    details      jsonb NOT NULL,
    created_at   timestamptz NOT NULL
);
ALTER TABLE ONLY data_object
    ADD CONSTRAINT data_object_biosample_fkey FOREIGN KEY (biosample_id) REFERENCES biosample (id) ON DELETE CASCADE;
ALTER TABLE ONLY data_object
    ADD CONSTRAINT data_object_one_url UNIQUE (url, id);

CREATE INDEX data_object_biosample ON data_object (biosample_id);
CREATE INDEX data_object_public ON data_object (kind) WHERE public;
CREATE INDEX data_object_details ON data_object USING gin (details);

CREATE FUNCTION touch_biosample() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;
CREATE TRIGGER biosample_touched BEFORE UPDATE ON biosample
    FOR EACH ROW EXECUTE FUNCTION touch_biosample();

-- What the portal's front page asks.
CREATE VIEW study_summary AS
SELECT study.id, study.name, study.ecosystem, count(DISTINCT biosample.id) AS samples,
       count(data_object.id) AS files, sum(data_object.file_bytes) AS bytes
FROM study
LEFT JOIN biosample ON biosample.study_id = study.id
LEFT JOIN data_object ON data_object.biosample_id = biosample.id
GROUP BY study.id;
