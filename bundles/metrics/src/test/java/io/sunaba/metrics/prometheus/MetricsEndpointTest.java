package io.sunaba.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.sandbox.PlatformMetrics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {
    private static final PlatformMetrics METRICS =
            new PlatformMetrics() {
                @Override
                public String platform(Duration timeout) {
                    return "timeout " + timeout.toMillis() + "\n";
                }

                @Override
                public String sandbox(String sandboxId, Duration timeout) {
                    throw new UnsupportedOperationException();
                }
            };

    private final HttpClient client = HttpClient.newHttpClient();
    private final MetricsEndpoint endpoint = new MetricsEndpoint(METRICS, new Settings());

    @AfterEach
    void close() {
        endpoint.close();
        client.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Settings on(int port) {
        return new Settings("true", "127.0.0.1", Integer.toString(port), "7s");
    }

    private HttpResponse<String> ask(int port, String path, String method) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void editsTurnItOnMoveItAndTurnItOff() throws Exception {
        int first = freePort();
        endpoint.modified(on(first));
        HttpResponse<String> answer = ask(first, "/metrics", "GET");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("timeout 7000\n");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        int second = freePort();
        endpoint.modified(on(second));
        assertThat(ask(second, "/metrics", "GET").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> ask(first, "/metrics", "GET"))
                .isInstanceOf(ConnectException.class);
        endpoint.modified(new Settings());
        assertThatThrownBy(() -> ask(second, "/metrics", "GET"))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void whatIsWrongLeavesTheLastInForce() throws Exception {
        int port = freePort();
        endpoint.modified(on(port));
        endpoint.modified(new Settings("true", "127.0.0.1", "many", "5s"));
        assertThat(ask(port, "/metrics", "GET").statusCode()).isEqualTo(200);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            endpoint.modified(on(taken.getLocalPort()));
            assertThat(ask(port, "/metrics", "GET").body()).isEqualTo("timeout 7000\n");
        }
    }

    @Test
    void onlyMetricsAreServed() throws Exception {
        int port = freePort();
        endpoint.modified(on(port));
        assertThat(ask(port, "/", "GET").statusCode()).isEqualTo(404);
        assertThat(ask(port, "/metrics/x", "GET").statusCode()).isEqualTo(404);
        assertThat(ask(port, "/metrics", "POST").statusCode()).isEqualTo(405);
    }
}
