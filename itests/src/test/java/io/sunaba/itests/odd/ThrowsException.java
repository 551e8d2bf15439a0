package io.sunaba.itests.odd;

/// Throws an exception when it is activated.
@SuppressWarnings("DoNotCallSuggester") // that is its fault
public final class ThrowsException extends Odd {
    void activate() {
        throw new IllegalStateException("I throw");
    }
}
