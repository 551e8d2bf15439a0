package io.sunaba.itests.odd;

/// Throws an error when it is activated.
@SuppressWarnings("DoNotCallSuggester") // that is its fault
public final class ThrowsError extends Odd {
    void activate() {
        throw new NoClassDefFoundError("I lack a class");
    }
}
