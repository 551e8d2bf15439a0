package org.example.sunaba.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/// A Redis server with its data in a temporary directory. Debian has the program in the package
/// `redis-tools` already, under another name.
final class RedisServer implements AutoCloseable {
    private final Path directory;
    private final int port;
    private Process process;

    RedisServer() throws IOException {
        directory = Files.createTempDirectory("redis");
        Files.createSymbolicLink(
                directory.resolve("redis-server"), Path.of("/usr/bin/redis-check-rdb"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    RedisServer start(String appendFsync) throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(directory + "/redis-server", "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", Integer.toString(port), "--dir", directory.toString()));
        command.addAll(List.of("--appendonly", "yes", "--appendfsync", appendFsync));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        while (!answers()) {
            if (!process.isAlive()) {
                throw new IOException(Files.readString(directory.resolve("log")));
            }
            LockSupport.parkNanos(1_000_000);
        }
        return this;
    }

    /// Not so while it loads what it had kept.
    private boolean answers() {
        try (Jedis redis = new Jedis(URI.create(address()))) {
            return redis.ping().equals("PONG");
        } catch (JedisException _) {
            return false;
        }
    }

    String address() {
        return "redis://127.0.0.1:" + port;
    }

    /// Ends it without any warning.
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
