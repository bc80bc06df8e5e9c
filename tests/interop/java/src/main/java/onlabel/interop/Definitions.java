package onlabel.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.FhirVersionEnum;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.LenientErrorHandler;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * FHIR's own definitions, kept as one gzip file of NDJSON without what validation never reads.
 *
 * <p>HAPI's jars hold them as large files that take half of a server's start to read; the kept file takes seconds. It holds
 * what HAPI takes from those files, but for what is only there for people to read.
 */
final class Definitions {

    static final Set<String> TYPES = Set.of("StructureDefinition", "ValueSet", "CodeSystem", "SearchParameter");

    private static final List<String> UNUSED = List.of("text", "mapping", "contact", "purpose", "copyright");
    private static final List<String> UNUSED_IN_ELEMENTS =
            List.of("mapping", "comment", "requirements", "definition", "alias", "example");

    private Definitions() {}

    /** Makes HAPI's own configurations use {@code definitions} instead of reading the jars. */
    @SuppressWarnings("unchecked")
    static void install(FhirContext fhir, IValidationSupport definitions) throws ReflectiveOperationException {
        // HAPI keeps what it has read here, by version, and has no other way to be given it.
        Field read = DefaultProfileValidationSupport.class.getDeclaredField("ourImplementations");
        read.setAccessible(true);
        ((Map<FhirVersionEnum, IValidationSupport>) read.get(null)).put(fhir.getVersion().getVersion(), definitions);
    }

    /** The definitions of {@code fhir}'s version from {@code folder}, where they are written first if they are missing. */
    static PrePopulatedValidationSupport load(FhirContext fhir, Path folder) throws IOException {
        Path kept = folder.resolve("definitions-" + fhir.getVersion().getVersion() + ".ndjson.gz");
        if (!Files.exists(kept)) {
            write(fhir, kept);
        }
        fhir.setParserErrorHandler(new LenientErrorHandler(false));
        IParser parser = fhir.newJsonParser();
        var support = new PrePopulatedValidationSupport(fhir);
        try (var in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(kept)), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                support.addResource(parser.parseResource(line));
            }
        }
        return support;
    }

    private static void write(FhirContext fhir, Path kept) throws IOException {
        Path unfinished = Files.createTempFile(kept.getParent(), "definitions", ".tmp");
        IParser parser = fhir.newJsonParser();
        try (Writer out = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(unfinished)), StandardCharsets.UTF_8)) {
            var all = new DefaultProfileValidationSupport(fhir);
            // R4's and R4B's are read when the first is asked for, and "all" are none before that.
            all.fetchAllStructureDefinitions();
            all.fetchCodeSystem("http://hl7.org/fhir/publication-status");
            List<IBaseResource> found = new ArrayList<>(all.fetchAllConformanceResources());
            // In R4 and R4B they are in the classes of HAPI, and none are listed here.
            found.addAll(Objects.requireNonNullElse(all.<IBaseResource>fetchAllSearchParameters(), List.of()));
            Set<IBaseResource> once = Collections.newSetFromMap(new IdentityHashMap<>());
            for (IBaseResource definition : found) {
                if (TYPES.contains(fhir.getResourceType(definition)) && once.add(definition)) {
                    JsonObject json = JsonParser.parseString(parser.encodeResourceToString(definition)).getAsJsonObject();
                    slim(json);
                    out.write(json + "\n");
                }
            }
        }
        Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void slim(JsonObject definition) {
        UNUSED.forEach(definition::remove);
        for (String view : List.of("snapshot", "differential")) {
            if (definition.has(view)) {
                for (JsonElement element : definition.getAsJsonObject(view).getAsJsonArray("element")) {
                    UNUSED_IN_ELEMENTS.forEach(element.getAsJsonObject()::remove);
                }
            }
        }
    }
}
