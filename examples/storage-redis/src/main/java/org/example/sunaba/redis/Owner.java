package org.example.sunaba.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.example.sunaba.redis.RedisStorage.bytes;

import io.sunaba.error.UnavailableException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/// The connection of the one owner of the records. Used by one thread.
///
/// Under a key beside the records stands who owns them: a run of the server and a connection to it.
/// The owner is alive as long as that connection is, so one that was killed is followed at once.
/// Every write compares: whoever has lost the records, during a failure of the network for example,
/// changes nothing any more.
final class Owner implements AutoCloseable {
    private static final byte[] TAKE =
            bytes(
                    "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2])"
                            + " return 1 end return 0");
    private static final byte[] SAVE =
            bytes(
                    "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end"
                            + " redis.call('set', KEYS[2], ARGV[2]) return 1");
    private static final byte[] DELETE =
            bytes(
                    "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end"
                            + " redis.call('del', KEYS[2]) return 1");

    private final URI server;
    private final String prefix;
    private final byte[] lock;

    private Jedis redis;
    private String self = "";

    Owner(URI server, String prefix) {
        this.server = server;
        this.prefix = prefix;
        lock = bytes(prefix + ".owner");
    }

    /// Does something with the connection, made anew if it was lost.
    <T> T call(String what, Function<Owner, T> work) {
        try {
            if (redis == null) {
                connect();
            }
            return work.apply(this);
        } catch (JedisException e) {
            disconnect();
            throw new UnavailableException(
                    "cannot %s at %s:%d: %s"
                            .formatted(what, server.getHost(), server.getPort(), e.getMessage()),
                    e);
        }
    }

    byte[] load(String key) {
        return redis.get(record(key));
    }

    Void save(String key, byte[] value) {
        return write(SAVE, List.of(lock, record(key)), List.of(bytes(self), value));
    }

    Void delete(String key) {
        return write(DELETE, List.of(lock, record(key)), List.of(bytes(self)));
    }

    private Void write(byte[] script, List<byte[]> keys, List<byte[]> values) {
        if (!redis.eval(script, keys, values).equals(1L)) {
            throw refused("somebody else");
        }
        return null;
    }

    private byte[] record(String key) {
        return bytes(prefix + key);
    }

    private void connect() {
        Jedis fresh = new Jedis(server);
        try {
            requireDurable(fresh);
            String run = line(fresh.info("server"), "run_id:");
            String name = run + " " + fresh.clientId();
            take(fresh, run, name);
            redis = fresh;
            self = name;
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    private static void requireDurable(Jedis redis) {
        Map<String, String> found = redis.configGet("append*");
        if (!"yes".equals(found.get("appendonly")) || !"always".equals(found.get("appendfsync"))) {
            throw new UnavailableException(
                    "the Redis server would lose records: it needs appendonly yes and appendfsync"
                            + " always, not %s and %s"
                                    .formatted(found.get("appendonly"), found.get("appendfsync")));
        }
    }

    /// Becomes the owner if there is none, or it is dead, or it was this storage, over the
    /// connection that it had before.
    private void take(Jedis redis, String run, String name) {
        while (redis.setnx(lock, bytes(name)) == 0) {
            byte[] value = redis.get(lock);
            String other = value == null ? "" : new String(value, UTF_8);
            if (!other.isEmpty() && !other.equals(self) && isAlive(redis, run, other)) {
                throw refused(other);
            }
            List<byte[]> values = List.of(bytes(other), bytes(name));
            if (redis.eval(TAKE, List.of(lock), values).equals(1L)) {
                return;
            }
        }
    }

    private static boolean isAlive(Jedis redis, String run, String other) {
        String[] parts = other.split(" ", -1);
        return parts[0].equals(run)
                && redis.clientList(Long.parseLong(parts[1])).contains("id=" + parts[1]);
    }

    private UnavailableException refused(String other) {
        return new UnavailableException(
                "the records under %s at %s:%d are in use by another owner (%s)"
                        .formatted(prefix, server.getHost(), server.getPort(), other));
    }

    private static String line(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow(() -> new JedisException("the server tells no " + name));
    }

    private void disconnect() {
        Jedis lost = redis;
        redis = null;
        if (lost != null) {
            lost.close();
        }
    }

    @Override
    public void close() {
        try {
            if (redis != null) {
                redis.eval(
                        bytes(
                                "if redis.call('get', KEYS[1]) == ARGV[1] then"
                                        + " redis.call('del', KEYS[1]) end"),
                        List.of(lock),
                        List.of(bytes(self)));
            }
        } catch (JedisException _) {
            // The next owner finds this connection dead.
        } finally {
            disconnect();
        }
    }
}
