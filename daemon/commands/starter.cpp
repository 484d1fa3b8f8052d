// The starter portal: one table from one CSV file, small enough to be read at a glance.
#include "daemon/commands/starter.hpp"

namespace slipway::commands {
namespace {

constexpr std::string_view config =
    R"text(# A starter portal. `slipway check --defaults` prints every value in force.

home: slipway-home              # everything that Slipway manages lies there

targets:
  portal:
    mode: volume                # each snapshot is a PostgreSQL data directory of its own
    front: 6543                 # where clients connect: psql "$(slipway url portal)"
    verify:                     # asked through the front door after each switch
      - sql: select count(*) > 0 from image

pipelines:
  demo:
    target: portal
    schema: [schema.sql]        # tables, keys, indexes: plain SQL
    sources:
      images: {files: images.csv}
    tables:
      image: {from: images}     # the header of the CSV file names the columns
    rejects: {max: 0}           # rows that may be rejected before the job fails
)text";

constexpr std::string_view schema = R"text(-- The tables of the portal, as you would write them for psql.
CREATE TABLE image (
    identifier uuid PRIMARY KEY,
    title      text NOT NULL,
    license    text NOT NULL CHECK (license IN ('by', 'by-sa', 'cc0')),
    width      integer CHECK (width > 0),
    height     integer CHECK (height > 0),
    tags       jsonb NOT NULL DEFAULT '[]',
    taken_at   timestamptz
);

CREATE INDEX image_license ON image (license);
)text";

constexpr std::string_view images = R"text(identifier,title,license,width,height,tags,taken_at
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0001,Harbour at dawn,by,4000,3000,"[""harbour"",""dawn""]",2024-04-02T05:41:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0002,"Lighthouse, west pier",by-sa,3840,2160,"[""lighthouse""]",2024-04-02T06:10:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0003,Rope and cleat,cc0,2048,1536,[],2024-04-03T11:25:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0004,The old slipway,by,6000,4000,"[""slipway"",""boats""]",2024-04-04T16:02:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0005,Hull number 7,by,5184,3456,"[""boats""]",2024-04-05T09:30:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0006,"A gull says ""no""",cc0,1920,1080,"[""birds""]",2024-04-05T09:31:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0007,Dry dock in winter,by-sa,4608,3072,"[""dock""]",2024-12-11T08:15:00Z
0b6f6c1e-58a4-4c55-9a0e-0f3a6d1c0008,Launch day,by,8000,5333,"[""launch"",""boats""]",2025-05-17T12:00:00Z
)text";

constexpr StarterFile files[] = {{"slipway.yaml", config}, {"schema.sql", schema}, {"images.csv", images}};

}  // namespace

std::span<const StarterFile> starter_files() {
  return files;
}

}  // namespace slipway::commands
