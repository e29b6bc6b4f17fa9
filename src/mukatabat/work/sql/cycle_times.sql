-- Count, median and 90th percentile of each measured step since an instant.
SELECT step, count(*)::integer,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - started_at),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY ended_at - started_at)
FROM work_cyclestep
WHERE ended_at >= %(since)s
GROUP BY step
