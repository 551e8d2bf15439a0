package io.sunaba.hypervisor.clh;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/// The HTTP client for the APIs of all machines. It is started by the first request, and keeps few
/// threads.
final class ApiClient implements AutoCloseable {
    private static final int THREADS = 6;
    private static final int CONNECTIONS = 4;
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Duration idle;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable HttpClient client;
    private boolean closed;

    ApiClient() {
        this(IDLE);
    }

    /// @param idle how long a connection is kept that nothing is asked over
    ApiClient(Duration idle) {
        this.idle = idle;
    }

    /// Returns the client.
    ///
    /// @throws IOException if it cannot be started, or is closed
    HttpClient require() throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the HTTP client is closed");
            }
            HttpClient started = client;
            if (started == null) {
                started = start();
                client = started;
            }
            return started;
        } finally {
            lock.unlock();
        }
    }

    private HttpClient start() throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, THREADS);
        threads.setName("clh-api");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        HttpClient fresh = new HttpClient();
        fresh.setExecutor(threads);
        fresh.setFollowRedirects(false);
        fresh.setMaxConnectionsPerDestination(CONNECTIONS);
        fresh.setIdleTimeout(idle.toMillis());
        fresh.setDestinationIdleTimeout(idle.toMillis());
        fresh.setUserAgentField(null);
        try {
            fresh.start();
            fresh.getContentDecoderFactories().clear();
            return fresh;
        } catch (Exception e) {
            throw new IOException("the HTTP client cannot be started", e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            HttpClient started = client;
            client = null;
            if (started != null) {
                started.stop();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client cannot be stopped", e);
        } finally {
            lock.unlock();
        }
    }
}
