package io.sunaba.hypervisor.clh;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cloud Hypervisor refused a request, or did not answer it.
final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;

    /// The status of a request without an answer.
    static final int NONE = 0;

    private final int status;
    private final String words;

    private ApiException(String message, int status, String words, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.words = words;
    }

    /// Makes the error of a request that was refused.
    ///
    /// @param body the answer: a JSON array with Cloud Hypervisor's chain of messages
    static ApiException refused(String operation, int status, String body) {
        String words = words(body);
        return new ApiException(
                "Cloud Hypervisor refuses %s with status %d%s"
                        .formatted(operation, status, words.isEmpty() ? "" : ": " + words),
                status,
                words,
                null);
    }

    /// Makes the error of a request that got no answer, or none that can be understood.
    static ApiException unanswered(String operation, Throwable cause) {
        return new ApiException(
                "Cloud Hypervisor does not answer %s: %s"
                        .formatted(
                                operation,
                                cause.getMessage() == null
                                        ? cause.getClass().getSimpleName()
                                        : cause.getMessage()),
                NONE,
                "",
                cause);
    }

    private static String words(String body) {
        try {
            JsonElement json = JsonParser.parseString(body);
            if (json.isJsonArray()) {
                List<String> chain = new ArrayList<>();
                json.getAsJsonArray().forEach(link -> chain.add(link.getAsString()));
                return String.join(": ", chain);
            }
        } catch (JsonParseException | UnsupportedOperationException | IllegalStateException _) {
            // Then it is text.
        }
        return body.strip().replaceAll("\\s+", " ");
    }

    /// Returns the status of the answer, or [#NONE].
    int status() {
        return status;
    }

    /// Returns Cloud Hypervisor's own messages, from the outermost to the cause; may be empty.
    String words() {
        return words;
    }
}
