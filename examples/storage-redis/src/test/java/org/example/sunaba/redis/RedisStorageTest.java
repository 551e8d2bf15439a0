package org.example.sunaba.redis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What only a server can do to a storage.
class RedisStorageTest {
    @Test
    void goesOnWhenTheServerWasKilled() throws IOException {
        try (RedisServer server = new RedisServer().start("always")) {
            RedisStorage storage = new RedisStorage(server.address(), "test/");
            storage.save("key", new byte[] {1});
            server.kill();
            assertThrows(UnavailableException.class, () -> storage.load("key"));
            assertThrows(UnavailableException.class, () -> storage.save("key", new byte[] {2}));

            server.start("always");

            assertArrayEquals(new byte[] {1}, storage.load("key"));
            storage.save("key", new byte[] {3});
            assertThrows(
                    UnavailableException.class, () -> new RedisStorage(server.address(), "test/"));
            storage.close();
        }
    }

    @Test
    void refusesAServerThatForgets() throws IOException {
        try (RedisServer server = new RedisServer().start("everysec")) {
            UnavailableException error =
                    assertThrows(
                            UnavailableException.class,
                            () -> new RedisStorage(server.address(), "test/"));
            assertEquals(
                    "the Redis server would lose records: it needs appendonly yes and appendfsync"
                            + " always, not yes and everysec",
                    error.getMessage());
        }
    }

    @Test
    void namesAnAddressThatIsNone() {
        RejectedException error =
                assertThrows(RejectedException.class, () -> new RedisStorage("localhost", "test/"));
        assertEquals(
                "org.example.sunaba.storage.redis: server must be redis://host:port, not localhost",
                error.getMessage());
    }
}
