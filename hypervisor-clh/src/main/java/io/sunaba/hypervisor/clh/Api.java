package io.sunaba.hypervisor.clh;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.sunaba.hypervisor.clh.Requests.Info;
import io.sunaba.hypervisor.clh.Requests.Ping;
import io.sunaba.vmm.DescriptorConnection;
import io.sunaba.vmm.TapDevice;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Transport;
import org.jspecify.annotations.Nullable;

/// The REST API of one machine's VMM, over its unix socket.
///
/// What changes something is not given up when the caller is interrupted: nobody would know then
/// what became of it. It ends with the VMM, or the timeout.
final class Api {
    static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .disableHtmlEscaping()
                    .create();

    private static final String ROOT = "/api/v1/";
    private static final String JSON = "application/json";
    private static final String CONTENT_LENGTH = "content-length:";
    private static final int SUCCESS = 200;
    private static final int NO_SUCCESS = 300;

    private final ApiClient client;
    private final Path socket;
    private final Duration timeout;

    Api(ApiClient client, Path socket, Duration timeout) {
        this.client = client;
        this.socket = socket;
        this.timeout = timeout;
    }

    Ping ping() throws ApiException, InterruptedException {
        return ask("vmm.ping", Ping.class);
    }

    Info info() throws ApiException, InterruptedException {
        return ask("vm.info", Info.class);
    }

    private <T> T ask(String operation, Class<T> kind) throws ApiException, InterruptedException {
        String answer = await(operation, send(HttpMethod.GET, operation, null));
        try {
            T value = GSON.fromJson(answer, kind);
            if (value == null) {
                throw new EOFException("the answer is empty");
            }
            return value;
        } catch (JsonParseException | EOFException e) {
            throw ApiException.unanswered(operation, e);
        }
    }

    /// Makes a request that changes something, and returns when it is done; an interrupt is kept
    /// for later.
    ///
    /// @param body what goes with it, or null
    void change(String operation, @Nullable Object body) throws ApiException {
        Exchange exchange = send(HttpMethod.PUT, operation, body);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    check(operation, exchange.answer().get());
                    return;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw ApiException.unanswered(operation, cause(e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Makes a request that is given up when the caller is interrupted, who then ends the VMM.
    void begin(String operation, @Nullable Object body) throws ApiException, InterruptedException {
        await(operation, send(HttpMethod.PUT, operation, body));
    }

    /// Makes a request without waiting for an answer.
    void demand(String operation) throws ApiException {
        var _ = send(HttpMethod.PUT, operation, null);
    }

    /// Makes a request that an open device goes with, for which HTTP has nothing. Not
    /// interruptible.
    void change(String operation, Object body, TapDevice device) throws ApiException {
        String content = GSON.toJson(body);
        // A line end is sent with it.
        int size = content.getBytes(StandardCharsets.UTF_8).length + 1;
        try (DescriptorConnection connection = DescriptorConnection.open(socket, timeout)) {
            connection.send(
                    String.join(
                            "\r\n",
                            "PUT " + ROOT + operation + " HTTP/1.1",
                            "Host: localhost",
                            "Content-Type: " + JSON,
                            "Content-Length: " + size,
                            "",
                            content),
                    device);
            String status = connection.receive();
            int length = 0;
            for (String line = connection.receive().strip();
                    !line.isEmpty();
                    line = connection.receive().strip()) {
                if (line.toLowerCase(Locale.ROOT).startsWith(CONTENT_LENGTH)) {
                    length = Integer.parseInt(line.substring(CONTENT_LENGTH.length()).strip());
                }
            }
            check(operation, status(status), connection.receive(length));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            throw ApiException.unanswered(operation, e);
        }
    }

    private static int status(String line) {
        return Integer.parseInt(line.split(" ", 3)[1]);
    }

    private record Exchange(Request request, CompletableFuture<ContentResponse> answer) {}

    private Exchange send(HttpMethod method, String operation, @Nullable Object body)
            throws ApiException {
        try {
            Request request =
                    client.require()
                            .newRequest("http://localhost" + ROOT + operation)
                            .method(method)
                            .transport(new Transport.TCPUnix(socket))
                            // Else a connection that is silent for too long would end the request.
                            .idleTimeout(0, TimeUnit.MILLISECONDS)
                            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (body != null) {
                request.body(
                        new BytesRequestContent(
                                JSON, GSON.toJson(body).getBytes(StandardCharsets.UTF_8)));
            }
            return new Exchange(request, new CompletableResponseListener(request).send());
        } catch (IOException e) {
            throw ApiException.unanswered(operation, e);
        }
    }

    private static String await(String operation, Exchange exchange)
            throws ApiException, InterruptedException {
        try {
            return check(operation, exchange.answer().get());
        } catch (InterruptedException e) {
            var _ = exchange.request().abort(e);
            throw e;
        } catch (ExecutionException e) {
            throw ApiException.unanswered(operation, cause(e));
        }
    }

    private static Throwable cause(ExecutionException e) {
        return e.getCause() == null ? e : e.getCause();
    }

    private static String check(String operation, ContentResponse response) throws ApiException {
        return check(
                operation,
                response.getStatus(),
                new String(response.getContent(), StandardCharsets.UTF_8));
    }

    private static String check(String operation, int status, String body) throws ApiException {
        if (status < SUCCESS || status >= NO_SUCCESS) {
            throw ApiException.refused(operation, status, body);
        }
        return body;
    }
}
