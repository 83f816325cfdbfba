/** How many tables the statement below makes. */
export const TABLES = 500

/** Makes tables with a foreign key, an index, a comment and a policy each, and a view and a function for every fifth. */
export const MANY_TABLES = `
do $$ begin
  for n in 1..${TABLES} loop
    execute format('create table t%s (id int primary key, name text not null, made timestamptz default now(),
      amount numeric(8, 2), parent_id int references t%s, kind text)', n, greatest(n - 1, 1));
    execute format('create index on t%s (parent_id)', n);
    execute format('comment on table t%s is %L', n, 'Table number ' || n);
    execute format('alter table t%s enable row level security', n);
    execute format('create policy p on t%s using (kind = current_user)', n);
    if n % 5 = 0 then
      execute format('create view v%s as select a.id, a.name, b.id as parent_id from t%s a join t%s b on b.id = a.parent_id', n, n, n - 1);
      execute format('create function f%s(t%s) returns text language sql stable as %L', n, n, 'select $1.name');
    end if;
  end loop;
end $$`
