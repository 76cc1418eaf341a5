-- A wall around every table with a tenant, and one around clients inside it. Run at every start: a table that a
-- later migration adds gets its walls without being named here, and so does one that gets a client later. `store/walls.rs` says what the settings mean.
DO $$
DECLARE
    of_table record;
    tenant_is CONSTANT text := '(SELECT NULLIF(current_setting(''muster.tenant'', true), ''''))';
    gate_is CONSTANT text := '(SELECT current_setting(''muster.gate'', true))';
    clients_are CONSTANT text := '(SELECT current_setting(''muster.clients'', true))';
BEGIN
    -- Nodes may start at once.
    PERFORM pg_advisory_xact_lock(5197283);
    FOR of_table IN
        SELECT c.relname AS name,
               EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client')
                   AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'client')
                   AS wants_client,
               NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS wants_tenant
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'tenant'
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema::regnamespace AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        IF of_table.wants_client THEN
            EXECUTE format('CREATE POLICY client ON %I AS RESTRICTIVE USING (client = '''' OR %s = ''*'' '
                           'OR %s = ''migrating'' OR string_to_array(client, E''\n'') && string_to_array(%s, E''\n''))',
                           of_table.name, clients_are, gate_is, clients_are);
        END IF;
        CONTINUE WHEN NOT of_table.wants_tenant;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_table.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_table.name);
        EXECUTE format('CREATE POLICY migrating ON %I USING (%s = ''migrating'')', of_table.name, gate_is);
        IF of_table.name = 'audit' THEN
            -- Read and appended to, never changed.
            EXECUTE format('CREATE POLICY tenant ON %I FOR SELECT USING (tenant = %s)', of_table.name, tenant_is);
            EXECUTE format('CREATE POLICY append ON %I FOR INSERT WITH CHECK (tenant = %s)',
                           of_table.name, tenant_is);
        ELSE
            EXECUTE format('CREATE POLICY tenant ON %I USING (tenant = %s)', of_table.name, tenant_is);
        END IF;
        -- What is asked before it is known who calls, or for all tenants at once.
        IF of_table.name IN ('tenants', 'keys', 'users') THEN
            EXECUTE format('CREATE POLICY gate ON %I FOR SELECT USING (%s = ''open'')', of_table.name, gate_is);
        ELSIF of_table.name IN ('sessions', 'idempotency', 'erasures') THEN
            EXECUTE format('CREATE POLICY gate ON %I USING (%s = ''open'') WITH CHECK (false)',
                           of_table.name, gate_is);
        ELSIF of_table.name = 'jobs' THEN
            EXECUTE format('CREATE POLICY gate ON %I USING (%s = ''open'')', of_table.name, gate_is);
        END IF;
    END LOOP;
END $$;
