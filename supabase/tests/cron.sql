begin;
\ir helpers.psql
select plan(34);
-- The first so many times of a line after a moment, in UTC, as one text.
create function tests.times(cron text, zone text, after timestamptz, many int default 3) returns text
language sql as $$
  select string_agg(to_char(t at time zone 'UTC', 'MM-DD HH24:MI'), ', ' order by n)
  from app.cron_after(app.read_cron(cron), zone, after, many) with ordinality as x (t, n)
$$;

-- What a line says.
select is(app.cron_values('*', 0, 59, 60), array(select generate_series(0, 59)), 'a star is every value');
select is(app.cron_values('*/15', 0, 59, 60), '{0,15,30,45}', 'a star with a step is every so manieth');
select is(app.cron_values('1-9/4,3', 0, 59, 60), '{1,3,5,9}', 'lists are sorted, ranges have steps');
select is(app.cron_values('5,5,05', 0, 59, 60), '{5}', 'what is said twice counts once');
select is(app.cron_values('FEB-apr', 1, 12, 12, '{jan,feb,mar,apr}'), '{2,3,4}', 'names are values, in any case');
select is((app.read_cron('0 0 * * 5-7')).weekdays, '{0,5,6}', 'seven is a Sunday');
select is((app.read_cron('0 0 * * fri-sun')).weekdays, '{0,5,6}', 'and a week may end with one');
select is((app.read_cron('0 0 * * */2')).weekdays, '{0,2,4,6}', 'a star knows Sunday once');
select is((app.read_cron('0 0 */10 * *')).days, '{1,11,21,31}', 'days are counted from one');
select results_eq(
  $$ select (app.read_cron(line)).fixed from unnest(array['5 2 * * *', '5,5 2-2 * * *', '5 2,3 * * *', '5 * * * *', '*/60 2 * * *', '5-5/1 2 * * *', '5,6 2 * * *']) as line $$,
  array[true, true, false, false, false, false, false],
  'a line of one minute and one hour names a time of day'
);
select results_eq(
  $$ select split_part(tests.error_of(format('select app.read_cron(%L)', line)), '|', 2) || ': ' || line
    from unnest(array['', ' ', '* * * *', '* * * * * *', ' * * * * *', '*  * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *',
      '* * 32 * *', '* * * 0 *', '* * * 13 *', '* * * * 8', '* * * mon *', '* * * * jan', '5-1 * * * *', '*/0 * * * *', '*/61 * * * *',
      '* * * * */8', '5/15 * * * *', '/5 * * * *', '*/ * * * *', '1- * * * *', '-1 * * * *', '1,,2 * * * *', ',1 * * * *', '* * L * *',
      '* * 15W * *', '* * * * 5#2', '? * * * *', '@daily', 'a b c d e', '* * * 1-sun *', '1-2-3 * * * *', '*/5/5 * * * *', '1.5 * * * *', E'1\n * * * *']) as line $$,
  $$ select 'invalid_request: ' || line
    from unnest(array['', ' ', '* * * *', '* * * * * *', ' * * * * *', '*  * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *',
      '* * 32 * *', '* * * 0 *', '* * * 13 *', '* * * * 8', '* * * mon *', '* * * * jan', '5-1 * * * *', '*/0 * * * *', '*/61 * * * *',
      '* * * * */8', '5/15 * * * *', '/5 * * * *', '*/ * * * *', '1- * * * *', '-1 * * * *', '1,,2 * * * *', ',1 * * * *', '* * L * *',
      '* * 15W * *', '* * * * 5#2', '? * * * *', '@daily', 'a b c d e', '* * * 1-sun *', '1-2-3 * * * *', '*/5/5 * * * *', '1.5 * * * *', E'1\n * * * *']) as line $$,
  'what is no line is refused'
);
select throws_ok($$ select app.read_cron(null) $$, 'PT400', 'invalid_request', 'and so is none');
select throws_ok($$ select app.read_cron(rpad('1', 201, ',1') || ' * * * *') $$, 'PT400', 'invalid_request', 'and one that is too long');
select results_eq(
  $$ select split_part(tests.error_of(format('select app.read_cron(%L)', line)), '|', 3)
    from unnest(array['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30-31 feb *']) as line $$,
  $$ select 'The cron line never fires: no such month has such a day.' from generate_series(1, 3) $$,
  'a line that never fires says so'
);
select results_eq(
  $$ select tests.error_of(format('select app.read_cron(%L)', line)) from unnest(array['0 0 29 2 *', '0 0 30 2 1', '0 0 31 1,2 *', '0 0 */30 2 *']) as line $$,
  $$ select 'no error' from generate_series(1, 4) $$,
  'one that fires seldom does not'
);
select is(
  split_part(tests.error_of($$ select app.read_cron('0 25 * * *') $$), '|', 3),
  'The cron line''s hour is none: fields are made of *, numbers, names, lists (1,2), ranges (1-5) and steps (*/5, 1-9/2).',
  'a refusal names the field'
);

-- Time zones.
select results_eq(
  $$ select tests.error_of(format('select app.refuse_time_zone(%L)', zone))
    from unnest(array['UTC', 'GMT', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince', 'Etc/GMT+12', 'Etc/GMT-14', 'Asia/Kathmandu']) as zone $$,
  $$ select 'no error' from generate_series(1, 8) $$,
  'zones have the names of the IANA database'
);
select results_eq(
  $$ select tests.error_of(format('select app.refuse_time_zone(%L)', zone))
    from unnest(array['', null, 'CEST', 'EST', 'EST5EDT', 'Mars/Olympus', 'Foo/Bar5', 'Foo/Bar-5', 'X5', '+02:00', 'UTC+3', 'Etc/GMT+13', 'Etc/GMT-15', '../../etc/passwd', 'Europe/Berlin ', E'Europe/Berlin\n', repeat('A', 60) || '/Berlin']) as zone $$,
  $$ select 'PT400|invalid_request|There is no such time zone. Zones have names such as UTC or Europe/Berlin.|' from generate_series(1, 17) $$,
  'what is none is told so'
);
select throws_ok($$ select app.next_cron('* * * * *', 'Mars/Olympus', now()) $$, 'PT400', 'invalid_request', 'nothing is planned in one');

-- When it fires.
select is(app.next_cron('* * * * *', 'UTC', '2026-01-01Z'), '2026-01-01 00:01Z'::timestamptz, 'the next time is later than the moment');
select is(app.next_cron('* * * * *', 'UTC', '2026-01-01 00:00:59.9Z'), '2026-01-01 00:01Z'::timestamptz, 'and at the minute');
select is(app.next_cron('0 0 29 2 *', 'UTC', '2097-01-01Z'), '2104-02-29Z'::timestamptz, 'leap days may be eight years apart');
select is(app.next_cron('30 8 * * *', 'Asia/Kathmandu', '2026-01-01Z'), '2026-01-01 02:45Z'::timestamptz, 'zones may be ahead by less than an hour');
select is(tests.times('0 12 13 * 5', 'UTC', '2026-01-01Z', 4), '01-02 12:00, 01-09 12:00, 01-13 12:00, 01-16 12:00', 'of days and weekdays one is enough');
select is(tests.times('0 12 * * fri', 'UTC', '2026-01-01Z'), '01-02 12:00, 01-09 12:00, 01-16 12:00', 'where any day will do the weekday counts');
select is(tests.times('0 12 13 */2 *', 'UTC', '2026-01-01Z', 2), '01-13 12:00, 03-13 12:00', 'but of days and months both');
select is(tests.times('30 2 * * *', 'Europe/Berlin', '2026-03-28Z'), '03-28 01:30, 03-29 01:00, 03-30 00:30', 'a time of day that is jumped over fires as soon as the clock has jumped');
select is(tests.times('30 2 * * *', 'Europe/Berlin', '2026-10-24 12:00Z'), '10-25 00:30, 10-26 01:30, 10-27 01:30', 'one that comes twice fires once, at the first');
select is(tests.times('30 2,4 * * *', 'Europe/Berlin', '2026-03-28 12:00Z'), '03-29 02:30, 03-30 00:30, 03-30 02:30', 'what a clock does not show is not fired');
select is(tests.times('30 * * * *', 'Europe/Berlin', '2026-10-24 23:40Z', 4), '10-25 00:30, 10-25 01:30, 10-25 02:30, 10-25 03:30', 'what it shows twice fires twice');
select is(tests.times('30 0 * * *', 'Africa/Cairo', '2026-04-23 12:00Z', 2), '04-23 22:00, 04-24 21:30', 'a jump at midnight is on the day after');
select is(
  app.next_cron('0 12 30 12 *', 'Pacific/Apia', '2011-12-01Z'), '2012-12-29 22:00Z'::timestamptz,
  'a day that a country leaves out is left out'
);

-- When it fired last.
select is(app.last_cron('30 2 * * *', 'Europe/Berlin', '2026-01-01Z', '2026-03-29 01:00Z'), '2026-03-29 01:00Z'::timestamptz, 'the last time may be this very moment');
select is(app.last_cron('0 0 1 1 *', 'UTC', '2026-01-01Z', '2026-12-31Z'), null::timestamptz, 'and is none that was known already');
select * from finish();
rollback;
