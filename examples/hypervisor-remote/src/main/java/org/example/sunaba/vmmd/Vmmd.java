package org.example.sunaba.vmmd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A daemon that runs virtual machines for whoever asks on its socket: it stands for the management
/// program of a hypervisor that is somebody else's. Here the machines are QEMU's.
///
/// A request is a line, and so is its answer: `OK` and what was asked for, or `NO`, the kind of
/// refusal and why. The machines are processes of their own and outlive the daemon, which takes
/// them up again when it starts.
///
/// Usage: `java -cp JAR org.example.sunaba.vmmd.Vmmd DIRECTORY`. The socket is `DIRECTORY/socket`;
/// what there is of machines is below `DIRECTORY/machines`.
public final class Vmmd {
    private final Fleet fleet;

    private Vmmd(Fleet fleet) {
        this.fleet = fleet;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java -cp JAR org.example.sunaba.vmmd.Vmmd DIRECTORY");
            System.exit(2);
        }
        Path directory = Path.of(arguments[0]);
        Vmmd daemon = new Vmmd(new Fleet(Files.createDirectories(directory.resolve("machines"))));
        Path socket = directory.resolve("socket");
        Files.deleteIfExists(socket);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            System.out.println("ready");
            while (true) {
                SocketChannel client = server.accept();
                Thread.startVirtualThread(() -> daemon.serve(client));
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                BufferedReader requests = new BufferedReader(Channels.newReader(client, UTF_8))) {
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                ByteBuffer answer = UTF_8.encode(Words.line(answer(Words.of(line))) + "\n");
                while (answer.hasRemaining()) {
                    client.write(answer);
                }
            }
        } catch (IOException _) {
            // The client is gone.
        }
    }

    private List<String> answer(List<String> request) {
        try {
            List<String> answer = new ArrayList<>(List.of("OK"));
            answer.addAll(fleet.call(request));
            return answer;
        } catch (Refusal e) {
            return List.of("NO", e.kind().name(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            return List.of("NO", Refusal.Kind.UNAVAILABLE.name(), e.toString());
        } catch (InterruptedException e) {
            return List.of("NO", Refusal.Kind.UNAVAILABLE.name(), "interrupted");
        }
    }
}
