package io.sunaba.guest.agent;

import io.sunaba.ttrpc.TtrpcServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/// Starts the agent as the machine's first process. Should it fail, the kernel panics, and the
/// machine is gone: there is nobody else to go on.
public final class Main {
    static final String PORT = "agent.channel.0";

    private static final int DRAIN_BYTES = 8192;

    private Main() {}

    /// @param arguments none, or, to run the agent beside others, what plays crun and the file of a
    ///   terminal that plays the port
    public static void main(String[] arguments) throws Exception {
        ExecutorService executor = Threads.pool();
        if (arguments.length == 2) {
            Path crun = Path.of(arguments[0]);
            try {
                serve(
                        new SerialPort(Path.of(arguments[1])),
                        executor,
                        () -> Agent.start(executor, crun, false));
            } catch (IOException e) {
                // The terminal is gone, and with it the host.
                System.exit(0);
            }
        }
        Optional<Path> device = SerialPort.find(SerialPort.PORTS, PORT);
        if (device.isPresent()) {
            serve(new SerialPort(device.get()), executor, () -> Agent.start(executor));
        }
        new AgentMethods(executor, () -> Agent.start(executor)).prepare();
        Thread.currentThread().join();
    }

    /// Serves the sessions on a port, one after the other, for ever.
    private static void serve(SerialPort port, Executor executor, Supplier<Agent> start)
            throws IOException, InterruptedException {
        AgentMethods methods =
                new AgentMethods(
                        executor,
                        () -> {
                            Agent agent = start.get();
                            port.use(agent.calls());
                            return agent;
                        });
        TtrpcServer server = new TtrpcServer(executor, methods);
        OutputStream out = port.output();
        while (true) {
            serve(port.nextSession(), out, server);
        }
    }

    /// Serves one session to its end. Whatever goes wrong with it, the next one is to be served:
    /// the machine ends with its first process.
    static void serve(InputStream session, OutputStream out, TtrpcServer server)
            throws IOException {
        try {
            server.serve(session, out);
        } catch (ProtocolException | RuntimeException | OutOfMemoryError e) {
            Log.warn("session on the serial port dropped", e);
            byte[] rest = new byte[DRAIN_BYTES];
            while (session.read(rest) >= 0) {
                // What follows garbage means nothing until the host has hung up.
            }
        }
    }
}
