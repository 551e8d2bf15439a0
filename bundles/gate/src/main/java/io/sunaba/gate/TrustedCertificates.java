package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import java.security.CodeSigner;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The certificates of a key store: a signer is trusted whose certificate is one of them, or was
/// issued by one.
record TrustedCertificates(String store, Set<X509Certificate> certificates, Date now) {
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final String ANY_USE = "2.5.29.37.0";

    TrustedCertificates {
        requireNonNull(store, "store is null");
        certificates = Set.copyOf(certificates);
        requireNonNull(now, "now is null");
    }

    static X509Certificate certificate(CodeSigner signer) {
        return (X509Certificate) signer.getSignerCertPath().getCertificates().getFirst();
    }

    static String name(CodeSigner signer) {
        return certificate(signer).getSubjectX500Principal().getName();
    }

    /// Returns why a signer is not trusted, or nothing if it is.
    Optional<String> flaw(CodeSigner signer) {
        X509Certificate leaf = certificate(signer);
        try {
            leaf.checkValidity(now);
            if (!maySignCode(leaf)) {
                return Optional.of(
                        "the certificate of " + name(signer) + " is not for signing code");
            }
            validate(signer.getSignerCertPath());
            return Optional.empty();
        } catch (CertificateExpiredException _) {
            return Optional.of(
                    "the certificate of %s expired on %s"
                            .formatted(name(signer), leaf.getNotAfter().toInstant()));
        } catch (CertificateNotYetValidException _) {
            return Optional.of(
                    "the certificate of %s is not valid before %s"
                            .formatted(name(signer), leaf.getNotBefore().toInstant()));
        } catch (CertPathValidatorException _) {
            return Optional.of(
                    "it is signed by %s, whom no certificate of %s vouches for"
                            .formatted(name(signer), store));
        } catch (GeneralSecurityException e) {
            return Optional.of("the certificate of " + name(signer) + " is not sound: " + e);
        }
    }

    private static boolean maySignCode(X509Certificate leaf) throws CertificateParsingException {
        List<String> uses = leaf.getExtendedKeyUsage();
        return uses == null || uses.contains(CODE_SIGNING) || uses.contains(ANY_USE);
    }

    private void validate(CertPath path) throws GeneralSecurityException {
        List<Certificate> chain = untilTrusted(path);
        if (chain.isEmpty()) {
            return;
        }
        Set<TrustAnchor> anchors =
                certificates.stream()
                        .filter(this::valid)
                        .map(it -> new TrustAnchor(it, null))
                        .collect(Collectors.toSet());
        if (anchors.isEmpty()) {
            throw new CertPathValidatorException("there is no valid certificate");
        }
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        var _ =
                CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(chain),
                                parameters);
    }

    private boolean valid(X509Certificate anchor) {
        try {
            anchor.checkValidity(now);
            return true;
        } catch (CertificateException _) {
            return false;
        }
    }

    /// Returns a chain up to the first certificate that is trusted itself.
    private List<Certificate> untilTrusted(CertPath path) {
        List<Certificate> chain = new ArrayList<>();
        for (Certificate certificate : path.getCertificates()) {
            if (certificate instanceof X509Certificate known
                    && certificates.contains(known)
                    && valid(known)) {
                break;
            }
            chain.add(certificate);
        }
        return chain;
    }
}
