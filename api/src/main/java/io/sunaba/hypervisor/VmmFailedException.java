package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.UnavailableException;

/// The virtual machine monitor started, and died or refused to go on. Its last words are part of
/// the message and can be had by themselves.
public class VmmFailedException extends UnavailableException {
    private static final long serialVersionUID = 1L;

    private final String lastWords;

    /// @param message what was being done
    /// @param lastWords what the VMM printed last, without line ends; may be empty
    public VmmFailedException(String message, String lastWords) {
        super(lastWords.isEmpty() ? message : message + ": " + lastWords);
        this.lastWords = requireNonNull(lastWords, "lastWords is null");
    }

    /// Returns what the VMM printed last; may be empty.
    public String lastWords() {
        return lastWords;
    }
}
