package io.sunaba.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many megabytes a second go between a container and its host.
final class Traffic {
    private static final int CHUNK = 1 << 20;
    private static final int SENT_MEBIBYTES = 8;
    private static final int RECEIVED_MEBIBYTES = 32;
    private static final int DISK_MEBIBYTES = 128;
    private static final double MEGA = 1e6;
    private static final Pattern CLOCK =
            Pattern.compile("tv_sec: +([0-9]+)\\s+time.tv_usec: +([0-9]+)");

    private Traffic() {}

    /// What a server does with the one that connects; returns the nanoseconds.
    private interface Service {
        long serve(InputStream in, OutputStream out) throws IOException;
    }

    /// From the container's network interface to a server of the host.
    static double sent(Guest guest) throws IOException {
        return network(
                guest,
                "dd if=/dev/zero bs=1M count=%d 2>/dev/null | nc 10.0.2.2 %%d"
                        .formatted(SENT_MEBIBYTES),
                SENT_MEBIBYTES,
                Traffic::take);
    }

    /// From a server of the host.
    static double received(Guest guest) throws IOException {
        return network(
                guest,
                "wget -q -O /dev/null http://10.0.2.2:%d/",
                RECEIVED_MEBIBYTES,
                Traffic::give);
    }

    private static double network(Guest guest, String script, int mebibytes, Service service)
            throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Long> nanos =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try (Socket socket = server.accept()) {
                                    return service.serve(
                                            socket.getInputStream(), socket.getOutputStream());
                                } catch (IOException e) {
                                    throw new CompletionException(e);
                                }
                            },
                            Thread::startVirtualThread);
            guest.run(script.formatted(server.getLocalPort()));
            return mebibytes * (double) CHUNK / MEGA / (nanos.join() / 1e9);
        }
    }

    private static long take(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[CHUNK];
        long total = in.read(buffer);
        long start = System.nanoTime();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            total += count;
        }
        long nanos = System.nanoTime() - start;
        if (total != (long) SENT_MEBIBYTES * CHUNK) {
            throw new IOException("%d bytes came".formatted(total));
        }
        return nanos;
    }

    /// Until the client, which has it all then, hangs up.
    private static long give(InputStream in, OutputStream out) throws IOException {
        int _ = in.read(new byte[CHUNK]);
        long start = System.nanoTime();
        out.write(
                "HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n"
                        .formatted((long) RECEIVED_MEBIBYTES * CHUNK)
                        .getBytes(US_ASCII));
        for (int i = 0; i < RECEIVED_MEBIBYTES; i++) {
            out.write(new byte[CHUNK]);
        }
        byte[] _ = in.readAllBytes();
        return System.nanoTime() - start;
    }

    /// Past the guest's page cache, into that of the host.
    static double written(Guest guest) throws IOException {
        return disk(guest, "dd if=/dev/zero of=%s/file oflag=direct bs=1M count=%d");
    }

    static double read(Guest guest) throws IOException {
        return disk(guest, "dd if=%s/file of=/dev/null iflag=direct bs=1M count=%d");
    }

    /// The guest's clock tells, so that the start of the process is not in it.
    private static double disk(Guest guest, String copy) throws IOException {
        String output =
                guest.run(
                        "adjtimex; %s 2>/dev/null && adjtimex"
                                .formatted(copy.formatted(Guest.DISK_PLACE, DISK_MEBIBYTES)));
        Matcher clock = CLOCK.matcher(output);
        double start = seconds(clock, output);
        return DISK_MEBIBYTES * (double) CHUNK / MEGA / (seconds(clock, output) - start);
    }

    private static double seconds(Matcher clock, String output) throws IOException {
        if (!clock.find()) {
            throw new IOException("not the time: " + output);
        }
        return Long.parseLong(clock.group(1)) + Long.parseLong(clock.group(2)) / MEGA;
    }
}
