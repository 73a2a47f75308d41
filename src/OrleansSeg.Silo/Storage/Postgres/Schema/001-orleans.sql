-- The tables of Orleans' ADO.NET providers 10.4, and the statements that the providers read from OrleansQuery.
-- Every statement changes its row only under the version that its caller read, in one round trip.
-- Text is compared by its bytes, so that an index in key order serves enumeration.

CREATE TABLE orleansquery
(
    querykey varchar(64) PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);

-- Membership: one version for a cluster, and one row for each silo.

CREATE TABLE orleansmembershipversiontable
(
    deploymentid varchar(150) COLLATE "C" PRIMARY KEY,
    timestamp timestamptz(3) NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE orleansmembershiptable
(
    deploymentid varchar(150) COLLATE "C" NOT NULL REFERENCES orleansmembershipversiontable (deploymentid),
    address varchar(45) NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    siloname varchar(150) NOT NULL,
    hostname varchar(255) NOT NULL,
    status integer NOT NULL,
    proxyport integer,
    suspecttimes varchar(8000),
    starttime timestamptz(3) NOT NULL,
    iamalivetime timestamptz(3) NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);

-- A silo that is not in the table must hear of it instead of believing that it was seen alive.
CREATE FUNCTION orleans_i_am_alive(
    _deploymentid varchar, _address varchar, _port integer, _generation integer, _iamalivetime timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orleansmembershiptable SET iamalivetime = _iamalivetime
    WHERE deploymentid = _deploymentid AND address = _address AND port = _port AND generation = _generation;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the silo is not in the membership table';
    END IF;
END
$$;

INSERT INTO orleansquery (querykey, querytext) VALUES
('UpdateIAmAlivetimeKey', $query$
SELECT orleans_i_am_alive(@DeploymentId, @Address, @Port, @Generation, @IAmAliveTime)
$query$),

('InsertMembershipVersionKey', $query$
WITH added AS (
    INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
SELECT EXISTS (SELECT 1 FROM added)
$query$),

('InsertMembershipKey', $query$
WITH counted AS (
    UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
    WHERE deploymentid = @DeploymentId AND version = @Version AND NOT EXISTS (
        SELECT 1 FROM orleansmembershiptable
        WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING 1),
added AS (
    INSERT INTO orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM counted
    RETURNING 1)
SELECT EXISTS (SELECT 1 FROM added)
$query$),

('UpdateMembershipKey', $query$
WITH counted AS (
    UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
    WHERE deploymentid = @DeploymentId AND version = @Version AND EXISTS (
        SELECT 1 FROM orleansmembershiptable
        WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING 1),
changed AS (
    UPDATE orleansmembershiptable SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    FROM counted
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
    RETURNING 1)
SELECT EXISTS (SELECT 1 FROM changed)
$query$),

('MembershipReadRowKey', $query$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
    m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m
    ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId
$query$),

('MembershipReadAllKey', $query$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
    m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId
$query$),

('DeleteMembershipTableEntriesKey', $query$
DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId;
DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
SELECT address, proxyport, generation FROM orleansmembershiptable
WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$query$),

('CleanupDefunctSiloEntriesKey', $query$
DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3
$query$);

-- Reminders.

CREATE TABLE orleansreminderstable
(
    serviceid varchar(150) COLLATE "C" NOT NULL,
    grainid varchar(768) COLLATE "C" NOT NULL,
    remindername varchar(150) COLLATE "C" NOT NULL,
    starttime timestamptz NOT NULL,
    period bigint NOT NULL,
    grainhash integer NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

CREATE INDEX ix_orleansreminders_hash ON orleansreminderstable (serviceid, grainhash);

-- A row's first version is random, so that the version of a row that was removed does not fit its successor.
INSERT INTO orleansquery (querykey, querytext) VALUES
('UpsertReminderRowKey', $query$
INSERT INTO orleansreminderstable AS stored (serviceid, grainid, remindername, starttime, period, grainhash, version)
VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 1 + floor(random() * 1000000000)::integer)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = stored.version + 1
RETURNING version
$query$),

('ReadReminderRowsKey', $query$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
WHERE serviceid = @ServiceId AND grainid = @GrainId
$query$),

('ReadReminderRowKey', $query$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$query$),

('ReadRangeRows1Key', $query$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$query$),

('ReadRangeRows2Key', $query$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$query$),

('DeleteReminderRowKey', $query$
WITH removed AS (
    DELETE FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version RETURNING 1)
SELECT EXISTS (SELECT 1 FROM removed)
$query$),

('DeleteReminderRowsKey', $query$
DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
$query$);

-- Grain state. The state's name is in graintypestring, the whole grain id in grainidextensionstring.

CREATE TABLE orleansstorage
(
    grainidhash integer NOT NULL,
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    graintypehash integer NOT NULL,
    graintypestring varchar(512) COLLATE "C" NOT NULL,
    grainidextensionstring varchar(512) COLLATE "C" NOT NULL,
    serviceid varchar(150) COLLATE "C" NOT NULL,
    payloadbinary bytea,
    modifiedon timestamptz NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (serviceid, graintypestring, grainidextensionstring, grainidn0, grainidn1)
);

-- No row as an answer is a conflict. A record's first version is random, so that a version of a record that was removed does not fit
-- its successor.
INSERT INTO orleansquery (querykey, querytext) VALUES
('WriteToStorageKey', $query$
WITH changed AS (
    UPDATE orleansstorage SET payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
    WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidextensionstring = @GrainIdExtensionString
        AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND version = @GrainStateVersion
    RETURNING version),
added AS (
    INSERT INTO orleansstorage
        (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, modifiedon, version)
    SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary,
        now(), 1 + floor(random() * 1000000000)::integer
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version)
SELECT version AS NewGrainStateVersion FROM changed UNION ALL SELECT version FROM added
$query$),

('ReadFromStorageKey', $query$
SELECT payloadbinary, version FROM orleansstorage
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidextensionstring = @GrainIdExtensionString
    AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
$query$),

('ClearStorageKey', $query$
UPDATE orleansstorage SET payloadbinary = NULL, modifiedon = now(), version = version + 1
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidextensionstring = @GrainIdExtensionString
    AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
$query$),

('DeleteStorageKey', $query$
DELETE FROM orleansstorage
WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidextensionstring = @GrainIdExtensionString
    AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1 AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion
$query$);
