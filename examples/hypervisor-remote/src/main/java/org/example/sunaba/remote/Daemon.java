package org.example.sunaba.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.VmmFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.example.sunaba.vmmd.Words;

/// The daemon, asked over its socket: a connection a request.
final class Daemon {
    private final Path directory;

    Daemon(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /// Has the daemon do something, and waits for it, whether interrupted or not: what is asked for
    /// is a matter of milliseconds, and what became of a request that nobody waits for is unknown.
    List<String> call(String verb, String... words) {
        try {
            return CompletableFuture.supplyAsync(
                            () -> {
                                try (SocketChannel channel = connect()) {
                                    return exchange(channel, verb, words);
                                } catch (IOException e) {
                                    throw away(e);
                                }
                            },
                            Thread::startVirtualThread)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SunabaException failure) {
                throw failure;
            }
            throw e;
        }
    }

    SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("socket")));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    List<String> exchange(SocketChannel channel, String verb, String... words) throws IOException {
        List<String> request = new ArrayList<>(List.of(verb));
        request.addAll(List.of(words));
        ByteBuffer line = UTF_8.encode(Words.line(request) + "\n");
        while (line.hasRemaining()) {
            channel.write(line);
        }
        String answer = new BufferedReader(Channels.newReader(channel, UTF_8)).readLine();
        if (answer == null) {
            throw new IOException("it ended");
        }
        List<String> answered = Words.of(answer);
        if (answered.getFirst().equals("OK")) {
            return answered.subList(1, answered.size());
        }
        throw refusal(answered.get(1), answered.get(2));
    }

    private UnavailableException away(IOException e) {
        return new UnavailableException(
                "vmmd does not answer at %s: %s"
                        .formatted(directory.resolve("socket"), e.getMessage()),
                e);
    }

    private static SunabaException refusal(String kind, String message) {
        return switch (kind) {
            case "REJECTED" -> new RejectedException(message);
            case "CONFLICT" -> new ConflictException(message);
            case "NOT_FOUND" -> new NotFoundException(message);
            case "TIMED_OUT" -> new TimedOutException(message);
            case "DIED" -> new VmmFailedException(message, "");
            default -> new UnavailableException(message);
        };
    }
}
