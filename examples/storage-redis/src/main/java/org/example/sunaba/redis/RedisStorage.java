package org.example.sunaba.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.UnavailableException;
import io.sunaba.storage.MetadataStorage;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/// Keeps records in a Redis server, which must be one that writes before it answers: `appendonly
/// yes`, `appendfsync always`.
///
/// All calls go through one thread and one connection. A thread of its own, because an interrupt
/// closes the socket that an interrupted virtual thread is busy with, and a storage leaves
/// interrupts pending.
@Component(
        service = MetadataStorage.class,
        configurationPid = RedisStorage.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = MetadataStorage.NAME + "=redis")
@Designate(ocd = Settings.class)
public final class RedisStorage implements MetadataStorage {
    static final String PID = "org.example.sunaba.storage.redis";

    private final Owner owner;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("redis storage").daemon().factory());

    @Activate
    public RedisStorage(Settings settings) {
        this(settings.server(), settings.prefix());
    }

    RedisStorage(String server, String prefix) {
        owner = new Owner(address(server), prefix);
        try {
            call("open the storage", _ -> null);
        } catch (SunabaException e) {
            close();
            throw e;
        }
    }

    private static URI address(String server) {
        URI address;
        try {
            address = URI.create(server.strip());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(PID + ": server is not an address: " + server, e);
        }
        if (!"redis".equals(address.getScheme()) || address.getHost() == null) {
            throw new RejectedException(PID + ": server must be redis://host:port, not " + server);
        }
        return address;
    }

    /// Waits for the calls under way, and gives the records up to the next owner.
    @Deactivate
    public void close() {
        try {
            CompletableFuture.runAsync(owner::close, thread).join();
        } catch (RejectedExecutionException _) {
            return; // closed before
        }
        thread.close();
    }

    @Override
    public void save(String key, byte[] value) {
        call("save record " + key, redis -> redis.save(key, value));
    }

    @Override
    public byte[] load(String key) {
        byte[] value = call("load record " + key, redis -> redis.load(key));
        if (value == null) {
            throw new NotFoundException("there is no record " + key);
        }
        return value;
    }

    @Override
    public void delete(String key) {
        call("delete record " + key, redis -> redis.delete(key));
    }

    /// Has the thread do something, and waits for it, whether interrupted or not.
    private <T> T call(String what, Function<Owner, T> work) {
        try {
            return CompletableFuture.supplyAsync(() -> owner.call(what, work), thread).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SunabaException failure) {
                throw failure;
            }
            throw e;
        } catch (RejectedExecutionException e) {
            throw new UnavailableException("cannot %s: the storage is closed".formatted(what), e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
