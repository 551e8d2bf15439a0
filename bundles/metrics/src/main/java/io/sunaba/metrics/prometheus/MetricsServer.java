package io.sunaba.metrics.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one text at `/metrics`.
final class MetricsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
    private static final String PATH = "/metrics";
    private static final int BACKLOG = 16;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int WRONG_METHOD = 405;
    private static final int FAILED = 500;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Callable<String> text;

    /// Listens from now on.
    ///
    /// @param text makes the text, for each request anew
    /// @throws UnavailableException if it cannot listen there
    MetricsServer(InetSocketAddress address, Callable<String> text) {
        this.text = text;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            threads.close();
            throw new UnavailableException(
                    "metrics cannot be served at %s:%d: %s"
                            .formatted(
                                    address.getAddress().getHostAddress(),
                                    address.getPort(),
                                    e.getMessage()),
                    e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                answer(exchange, NOT_FOUND, "only " + PATH + " is here\n");
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                answer(exchange, WRONG_METHOD, "only GET is served\n");
            } else {
                answerText(exchange);
            }
        }
    }

    private void answerText(HttpExchange exchange) throws IOException {
        String body;
        try {
            body = text.call();
        } catch (Exception e) {
            LOG.debug("Metrics cannot be told", e);
            answer(exchange, FAILED, e.getMessage() + "\n");
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE);
        answer(exchange, OK, body);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /// Stops listening, and whoever is being answered.
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
