-- Alone in its file, because it cannot run together with other statements: statistics for the planner, and the map
-- of pages that index-only scans need.

vacuum analyze;
